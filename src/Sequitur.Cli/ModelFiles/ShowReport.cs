using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sequitur.Cli.Output;

namespace Sequitur.Cli.ModelFiles;

/// <summary>What <c>show</c> writes: a page, or one JSON object, described in <c>docs/commands/show.md</c>.</summary>
/// <param name="facts">What the files say.</param>
/// <param name="checks">What the family says of them.</param>
internal sealed partial class ShowReport(ModelFacts facts, ModelChecks checks)
{
    private const string Schema = "sequitur.show";
    private const int Version = 1;
    private const int Indent = 2;

    private static readonly CultureInfo s_invariant = CultureInfo.InvariantCulture;

    /// <summary>The page.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="allTensors">Whether every tensor is listed, instead of those of all layers in one row.</param>
    public void WritePage(TextWriter writer, int width, bool allTensors)
    {
        var head = Facts();
        head.Add("name", PrintableText.Of(facts.Name));
        head.Add("architecture", PrintableText.Of(facts.Architecture ?? "not named"));
        head.Add("format", facts.Format);
        head.Add("parameters", facts.Parameters.ToString("N0", s_invariant));
        foreach (var file in facts.Files)
        {
            head.Add("file", $"{PrintableText.Of(file.Path)} ({Quantity.Bytes(file.Bytes)})");
        }

        head.WriteTo(writer, width);
        Title(writer, width, "Metadata");
        var metadata = Facts(Indent);
        foreach (var entry in facts.Metadata)
        {
            metadata.Add(PrintableText.Of(entry.Key), entry.ToString());
        }

        metadata.WriteTo(writer, width);
        Title(writer, width, "Tensors");
        Tensors(allTensors).WriteTo(writer, width);
        Title(writer, width, "Parameters");
        Kinds().WriteTo(writer, width);
        if (checks.HasTiedHead)
        {
            var note = new TextTable(new TableColumn("", Overflow: Overflow.Fold)) { HasTitles = false, Indent = Indent };
            note.Add("the embedding table serves as the head too");
            note.WriteTo(writer, width);
        }

        WriteMemory(writer, width);
        if (checks.Warnings.Count > 0)
        {
            Title(writer, width, "Warnings");
            var warnings = Facts(Indent);
            checks.Warnings.ToList().ForEach(warning => warnings.Add("!", PrintableText.Of(warning)));
            warnings.WriteTo(writer, width);
        }
    }

    /// <summary>The same, with every tensor, as one line of JSON.</summary>
    public void WriteJson(ResultStream output)
    {
        var line = new JsonLine(Schema, Version);
        var json = line.Json;
        json.WriteString("path", facts.Path);
        json.WriteString("name", facts.Name);
        json.WriteString("architecture", facts.Architecture);
        json.WriteString("format", facts.Format);
        json.WriteNumber("parameters", facts.Parameters);
        json.WriteNumber("bytes", facts.TensorBytes);
        json.WriteObjects("files", facts.Files, file =>
        {
            json.WriteString("path", file.Path);
            json.WriteNumber("bytes", file.Bytes);
        });
        json.WriteStartArray("metadata");
        facts.Metadata.ToList().ForEach(entry => entry.WriteTo(json));
        json.WriteEndArray();
        json.WriteObjects("tensors", facts.Tensors, tensor =>
        {
            json.WriteString("name", tensor.Name);
            json.WriteString("format", tensor.Format);
            json.WriteStartArray("shape");
            tensor.Shape.ToList().ForEach(json.WriteNumberValue);
            json.WriteEndArray();
            json.WriteNumber("parameters", tensor.Parameters);
            json.WriteNumber("bytes", tensor.Bytes);
            json.WriteString("kind", ParameterKinds.Of(tensor.Name));
        });
        json.WriteObjects("kinds", ParameterKinds.Totals(facts.Tensors), total =>
        {
            json.WriteString("kind", total.Kind);
            json.WriteNumber("tensors", total.Tensors);
            json.WriteNumber("parameters", total.Parameters);
            json.WriteNumber("bytes", total.Bytes);
        });
        json.WriteBoolean("tied_head", checks.HasTiedHead);
        WriteMemory(json);
        json.WriteStartArray("warnings");
        checks.Warnings.ToList().ForEach(json.WriteStringValue);
        json.WriteEndArray();
        line.WriteTo(output);
    }

    // The number of a layer or an expert.
    [GeneratedRegex(@"(?<=\.)[0-9]+(?=\.)", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    private static TextTable Facts(int indent = 0) => new(new TableColumn(""), new TableColumn("", Overflow: Overflow.Fold)) { HasTitles = false, Indent = indent };

    private static void Title(TextWriter writer, int width, string title) => writer.Write($"\n{string.Join('\n', CellText.Fold(title, width))}\n");

    private static string Count(long number) => number.ToString("N0", s_invariant);

    private static string Shape(IReadOnlyList<long> shape) => string.Join(" × ", shape);

    private TextTable Tensors(bool all)
    {
        var table = new TextTable(new TableColumn("name", Overflow: Overflow.CutEnd), new("count", true), new("format"), new("shape"), new("bytes", true)) { Indent = Indent };
        foreach (var group in facts.Tensors.GroupBy(tensor => (Name: all ? tensor.Name : Number().Replace(tensor.Name, "*"), tensor.Format, Shape: Shape(tensor.Shape))))
        {
            table.Add(PrintableText.Of(group.Key.Name), Count(group.Count()), group.Key.Format, group.Key.Shape, Count(group.Sum(tensor => tensor.Bytes)));
        }

        return table;
    }

    private TextTable Kinds()
    {
        var table = new TextTable(new TableColumn("kind"), new("tensors", true), new("parameters", true), new("bytes", true), new("share", true)) { Indent = Indent };
        var totals = ParameterKinds.Totals(facts.Tensors);
        foreach (var total in totals.Append(new KindTotal("all", facts.Tensors.Count, facts.Parameters, facts.TensorBytes)))
        {
            var share = facts.Parameters == 0 ? 0 : 100.0 * total.Parameters / facts.Parameters;
            table.Add(total.Kind, Count(total.Tensors), Count(total.Parameters), Count(total.Bytes), string.Create(s_invariant, $"{share:F1} %"));
        }

        return table;
    }

    private void WriteMemory(TextWriter writer, int width)
    {
        if (checks.Memory is not { } memory)
        {
            return;
        }

        Title(writer, width, $"Memory at a context of {Count(memory.Context)}{(memory.IsOwn ? ", the model's own" : "")}");
        var table = new TextTable(new TableColumn(""), new("cache Q8_0", true), new("cache F16", true), new("cache F32", true)) { Indent = Indent };
        long[] caches = [memory.Bytes, memory.Float16, memory.Float32];
        table.Add(["weights", .. caches.Select(_ => Count(facts.TensorBytes))]);
        table.Add(["cache", .. caches.Select(Count)]);
        table.Add(["sum", .. caches.Select(cache => Count(facts.TensorBytes + cache))]);
        table.WriteTo(writer, width);
    }

    private void WriteMemory(Utf8JsonWriter json)
    {
        if (checks.Memory is not { } memory)
        {
            json.WriteNull("memory");
            return;
        }

        json.WriteStartObject("memory");
        json.WriteNumber("context", memory.Context);
        json.WriteNumber("weights", facts.TensorBytes);
        json.WriteNumber("cache_q8_0", memory.Bytes);
        json.WriteNumber("cache_f16", memory.Float16);
        json.WriteNumber("cache_f32", memory.Float32);
        json.WriteEndObject();
    }
}
