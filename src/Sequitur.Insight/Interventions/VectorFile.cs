using System.Text.Json;
using Sequitur.Formats.SafeTensors;

namespace Sequitur.Insight;

/// <summary>Vectors in files: a JSON array of numbers, or a safetensors file with one float32 tensor (<c>file.safetensors#name</c> where it has several).</summary>
public static class VectorFile
{
    /// <summary>Reads a vector.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Numbers that it must have.</param>
    /// <param name="value">What they are for, for messages.</param>
    /// <exception cref="UsageException">There is no such file, or it has another number of numbers.</exception>
    /// <exception cref="InvalidModelException">It is no such file.</exception>
    public static float[] Read(string path, int columns, string value)
    {
        var hash = path.LastIndexOf('#');
        var (file, name) = hash > 0 ? (path[..hash], path[(hash + 1)..]) : (path, null);
        if (!File.Exists(file))
        {
            throw new UsageException($"'{file}' is neither a number nor a file: give {columns} numbers for {value} as a JSON array or a safetensors file");
        }

        var numbers = file.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) ? Tensor(file, name) : Array(file);
        var odd = System.Array.FindIndex(numbers, number => !float.IsFinite(number));
        if (odd >= 0)
        {
            throw new InvalidModelException($"number {odd} of {path} is {numbers[odd]}: only finite numbers can be used");
        }

        return numbers.Length == columns ? numbers : throw new UsageException($"{path} has {numbers.Length} numbers; a row of {value} has {columns}");
    }

    private static float[] Array(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), VectorJson.Default.SingleArray) ?? throw new InvalidModelException($"{file} is null: it must be a JSON array of numbers");
        }
        catch (JsonException problem)
        {
            throw new InvalidModelException($"{file} is no JSON array of numbers: {problem.Message}", problem);
        }
    }

    private static float[] Tensor(string file, string? name)
    {
        using var source = SafeTensorsWeightSource.Open(file);
        name ??= source.Names.Count == 1 ? source.Names.First() : throw new UsageException($"{file} has {source.Names.Count} tensors: name one, as in {file}#{source.Names.FirstOrDefault()}");
        var tensor = source.Find(name) ?? throw new UsageException($"{file} has no tensor '{name}': it has {string.Join(", ", source.Names.Take(8))}");
        return tensor.Format == "F32" ? tensor.Data.AsSpan<float>().ToArray() : throw new UnsupportedModelException($"'{name}' in {file} is {tensor.Format}: only F32 is read here");
    }
}

/// <summary>How arrays of numbers are read, without reflection.</summary>
[System.Text.Json.Serialization.JsonSerializable(typeof(float[]))]
internal sealed partial class VectorJson : System.Text.Json.Serialization.JsonSerializerContext;
