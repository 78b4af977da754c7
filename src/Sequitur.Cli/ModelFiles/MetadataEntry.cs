using System.Globalization;
using System.Text.Json;
using Sequitur.Cli.Output;
using Sequitur.Formats.Gguf;

namespace Sequitur.Cli.ModelFiles;

/// <summary>A key of a model's description with its value, of which a long array is abbreviated.</summary>
/// <param name="Key">The file's own key.</param>
/// <param name="Type">The type: the file's own word, or JSON's.</param>
/// <param name="Value">A string, number or truth value; of an array its first elements, of an object its pairs; null for JSON's null.</param>
/// <param name="Count">Elements of an array; of other values, 1.</param>
internal sealed record MetadataEntry(string Key, string Type, object? Value, int Count)
{
    private const int Shown = 6;
    private const int LongestText = 160;

    /// <summary>A pair of a GGUF file.</summary>
    public static MetadataEntry Of(string key, GgufValue value) => value switch
    {
        { Strings: { } strings } => new(key, $"array of {value.ElementType}", strings.Take(Shown).ToArray(), value.Count),
        { Type: GgufValueType.Array, Arrays: null } => new(key, $"array of {value.ElementType}", ((object[])value.ToObject()).Take(Shown).Select(item => Stored(value, item)).ToArray(), value.Count),
        { Arrays: { } arrays } => new(key, "array of arrays", arrays.Take(Shown).Select(item => (object)item.ToString()).ToArray(), value.Count),
        _ => new(key, $"{value.Type}", Stored(value, value.ToObject()), 1),
    };

    /// <summary>A pair of a JSON file.</summary>
    public static MetadataEntry Of(string key, object? value) => value switch
    {
        object?[] items => new(key, "array", items.Take(Shown).ToArray(), items.Length),
        null => new(key, "null", null, 1),
        IReadOnlyDictionary<string, object?> => new(key, "object", value, 1),
        _ => new(key, value switch { string => "string", bool => "boolean", _ => "number" }, value, 1),
    };

    /// <summary>The value on one line.</summary>
    public override string ToString() => Value is object?[] items && Count > items.Length ? $"{Show(items)[..^1]}, … {Count - items.Length:N0} more]" : Show(Value);

    /// <summary>Writes type and value; of a long array, how many elements it has and the first ones.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("key", Key);
        json.WriteString("type", Type);
        if (Value is Array)
        {
            json.WriteNumber("count", Count);
        }

        json.WritePropertyName(Value is object?[] items && Count > items.Length ? "first" : "value");
        Write(json, Value);
        json.WriteEndObject();
    }

    // A float32 has fewer digits than the double that it is read as.
    private static object Stored(GgufValue value, object item) => value.ElementType == GgufValueType.Float32 && item is double number ? (float)number : item;

    private static string Show(object? value) => value switch
    {
        null => "null",
        string text => text.Length > LongestText ? $"{PrintableText.Of(text[..LongestText])}… ({text.Length:N0} characters)" : PrintableText.Of(text),
        bool flag => flag ? "true" : "false",
        object?[] items => $"[{string.Join(", ", items.Select(Show))}]",
        IReadOnlyDictionary<string, object?> pairs => $"{{{string.Join(", ", pairs.Select(pair => $"{PrintableText.Of(pair.Key)}: {Show(pair.Value)}"))}}}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case object?[] items:
                json.WriteStartArray();
                Array.ForEach(items, item => Write(json, item));
                json.WriteEndArray();
                break;
            case IReadOnlyDictionary<string, object?> pairs:
                json.WriteStartObject();
                foreach (var (key, item) in pairs)
                {
                    json.WritePropertyName(key);
                    Write(json, item);
                }

                json.WriteEndObject();
                break;
            case null:
                json.WriteNullValue();
                break;
            default:
                json.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"{value}"));
                break;
        }
    }
}
