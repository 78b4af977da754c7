using System.Globalization;
using System.Text.Json;
using Sequitur.Cli.Output;
using Sequitur.Quantization;

namespace Sequitur.Cli;

/// <summary>What a conversion did: a table for readers, an object for programs.</summary>
/// <param name="conversion">The conversion.</param>
/// <param name="path">The file that was written.</param>
/// <param name="bytes">Its length.</param>
internal sealed class ConversionReport(Conversion conversion, string path, long bytes)
{
    private const int JsonVersion = 1;

    private IEnumerable<(string Type, int Tensors, long Weights, long Bytes)> Types => conversion.Tensors.GroupBy(tensor => tensor.Type)
        .Select(group => (group.Key, group.Count(), group.Sum(tensor => tensor.Count), group.Sum(tensor => tensor.Bytes)))
        .OrderByDescending(type => type.Item4);

    private IEnumerable<ConvertedTensor> Fallbacks => conversion.Tensors.Where(tensor => tensor.IsFallback);

    /// <summary>A line for each type, one for the whole, one for tensors whose rows do not fit their type.</summary>
    public void WriteTable(TextWriter writer)
    {
        writer.WriteLine($"{"type",-8}{"tensors",8}{"weights",16}{"bytes",16}{"bits/weight",13}");
        foreach (var (type, tensors, weights, size) in Types)
        {
            WriteRow(writer, type, tensors, weights, size);
        }

        WriteRow(writer, "all", conversion.Tensors.Count, conversion.Tensors.Sum(tensor => tensor.Count), conversion.Tensors.Sum(tensor => tensor.Bytes));
        foreach (var alike in Fallbacks.GroupBy(tensor => (tensor.Unfit, tensor.Type, tensor.Tensor.Columns)))
        {
            var others = alike.Count() - 1;
            var (unfit, type, columns) = alike.Key;
            var (names, rows) = others == 0 ? ($"{alike.First().Tensor.Name} is", "its rows") : ($"{alike.First().Tensor.Name} and {others} more are", "their rows");
            writer.WriteLine($"note: {names} {type}: {rows} of {columns} numbers are no whole number of {unfit} blocks of {unfit!.BlockColumns}");
        }

        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"wrote {path}: {bytes:N0} bytes"));
    }

    /// <summary>The same as one line of JSON.</summary>
    public void WriteJson(ResultStream output)
    {
        var line = new JsonLine("sequitur.convert", JsonVersion);
        var json = line.Json;
        json.WriteString("output", path);
        json.WriteString("to", conversion.Target.Name);
        json.WriteNumber("file_bytes", bytes);
        WriteTotals(json, conversion.Tensors.Count, conversion.Tensors.Sum(tensor => tensor.Count), conversion.Tensors.Sum(tensor => tensor.Bytes));
        json.WriteStartArray("types");
        foreach (var (type, tensors, weights, size) in Types)
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            WriteTotals(json, tensors, weights, size);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("fallbacks");
        foreach (var tensor in Fallbacks)
        {
            json.WriteStartObject();
            json.WriteString("tensor", tensor.Tensor.Name);
            json.WriteString("type", tensor.Type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        line.WriteTo(output);
    }

    private static void WriteTotals(Utf8JsonWriter json, int tensors, long weights, long size)
    {
        json.WriteNumber("tensors", tensors);
        json.WriteNumber("weights", weights);
        json.WriteNumber("bytes", size);
        json.WriteNumber("bits_per_weight", BitsAWeight(weights, size));
    }

    private static void WriteRow(TextWriter writer, string type, int tensors, long weights, long size) =>
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{type,-8}{tensors,8}{weights,16:N0}{size,16:N0}{BitsAWeight(weights, size),13:F3}"));

    private static double BitsAWeight(long weights, long size) => weights == 0 ? 0 : Math.Round(size * 8.0 / weights, 4);
}
