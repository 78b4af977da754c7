using System.Text.Json;
using Sequitur.Tensors.Weights;

namespace Sequitur.Formats.HuggingFace;

/// <summary>
/// Reads <c>config.json</c> and its kin. Python writes floats that JSON has not: bare <c>NaN</c> and <c>Infinity</c> in files of
/// transformers 4, <c>{"__float__": "Infinity"}</c> in those of transformers 5; both become numbers.
/// </summary>
public static class HuggingFaceConfig
{
    /// <summary>The name of a model's configuration in its directory.</summary>
    public const string FileName = "config.json";

    private const long MaxBytes = 2 << 20;

    /// <summary>Reads the configuration of a directory, or a file.</summary>
    /// <exception cref="SequiturException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="InvalidModelException">It is not a JSON object.</exception>
    public static ModelConfig Load(string fileOrDirectory)
    {
        var path = Directory.Exists(fileOrDirectory) ? Path.Combine(fileOrDirectory, FileName) : fileOrDirectory;
        return Parse(JsonFiles.ReadBytes(path, MaxBytes).Span, path);
    }

    /// <summary>Reads a configuration from the bytes of its JSON.</summary>
    /// <param name="json">The text, in UTF-8.</param>
    /// <param name="origin">Where it comes from, for messages.</param>
    /// <exception cref="InvalidModelException">It is not a JSON object.</exception>
    public static ModelConfig Parse(ReadOnlySpan<byte> json, string origin)
    {
        using var document = JsonFiles.Parse(PythonFloats.Replace(json), origin);
        // an object may stand for a number
        return document.RootElement.ValueKind == JsonValueKind.Object && Convert(document.RootElement, origin) is IReadOnlyDictionary<string, object?> values
            ? new(values, origin)
            : throw new InvalidModelException($"{origin}: a configuration must be a JSON object");
    }

    // As deep as the document, which is bounded. Where a key stands twice the last counts, as in Python.
    private static object? Convert(JsonElement element, string origin)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var values = new Dictionary<string, object?>(StringComparer.Ordinal);
                foreach (var property in element.EnumerateObject())
                {
                    values[JsonFiles.Text(() => property.Name, origin)] = Convert(property.Value, origin);
                }

                return PythonFloats.Find(values) is { } number ? number : values;
            case JsonValueKind.Array:
                return element.EnumerateArray().Select(item => Convert(item, origin)).ToArray();
            case JsonValueKind.String:
                return JsonFiles.Text(() => element.GetString()!, origin);
            case JsonValueKind.Number:
                // integers beyond 64 bits stand in published files (a length without limit)
                return element.TryGetInt64(out var integer) ? integer : element.GetDouble();
            case JsonValueKind.True or JsonValueKind.False:
                return element.GetBoolean();
            default:
                return null;
        }
    }
}
