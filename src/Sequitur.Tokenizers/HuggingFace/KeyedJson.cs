using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sequitur.Tokenizers.HuggingFace;

/// <summary>A value of a JSON document and where it stands, so that every complaint names key and file.</summary>
/// <param name="Value">The value.</param>
/// <param name="Key">The keys that lead to it (<c>pre_tokenizer.pretokenizers[1]</c>).</param>
/// <param name="File">The file.</param>
internal readonly record struct KeyedJson(JsonElement Value, string Key, string File)
{
    /// <summary>The value of a key, or null where it is absent or null.</summary>
    /// <exception cref="InvalidModelException">This is not an object.</exception>
    public KeyedJson? Find(string name)
    {
        if (Value.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("an object");
        }

        try
        {
            return Value.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? new KeyedJson(value, Key.Length > 0 ? $"{Key}.{name}" : name, File) : null;
        }
        catch (InvalidOperationException)
        {
            throw Wrong("an object whose names are sound text");
        }
    }

    /// <summary>The value of a required key.</summary>
    /// <exception cref="InvalidModelException">It is missing, or this is not an object.</exception>
    public KeyedJson Get(string name) => Find(name) ?? throw new InvalidModelException($"{(Key.Length > 0 ? Key + "." : "")}{name} is missing in {File}");

    /// <summary>A string.</summary>
    /// <exception cref="InvalidModelException">It is something else, or holds half a character.</exception>
    public string Text()
    {
        try
        {
            return Value.ValueKind == JsonValueKind.String ? Value.GetString()! : throw Wrong("a string");
        }
        catch (InvalidOperationException)
        {
            throw Wrong("sound text");
        }
    }

    /// <summary>A boolean; <paramref name="absent"/> where the key is absent.</summary>
    /// <exception cref="InvalidModelException">It is something else.</exception>
    public bool Flag(string name, bool absent) => Find(name) is not { } found ? absent
        : found.Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? found.Value.GetBoolean()
        : throw found.Wrong("true or false");

    /// <summary>The id of a token: a whole number from 0.</summary>
    /// <exception cref="InvalidModelException">It is something else.</exception>
    public int Id() => Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out int id) && id >= 0 ? id : throw Wrong("the id of a token: a whole number from 0");

    /// <summary>The items of a list.</summary>
    /// <exception cref="InvalidModelException">It is something else.</exception>
    public IEnumerable<KeyedJson> Items()
    {
        if (Value.ValueKind != JsonValueKind.Array)
        {
            throw Wrong("a list");
        }

        (string key, string file) = (Key, File);
        return Value.EnumerateArray().Select((item, i) => new KeyedJson(item, $"{key}[{i}]", file));
    }

    /// <summary>What is wrong with the value.</summary>
    public InvalidModelException Wrong(string wanted) => new($"{(Key.Length > 0 ? Key : "the content")} in {File} must be {wanted}");

    /// <summary>What the value asks for that is not there.</summary>
    public UnsupportedModelException Unsupported(string what) => new($"{Key} in {File}: {what} is not supported");

    /// <summary>A text of the file in quotes, on one line.</summary>
    public static string Quote(string text) => $"'{JsonEncodedText.Encode(text.Length <= 200 ? text : text[..200] + "…", JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}'";
}
