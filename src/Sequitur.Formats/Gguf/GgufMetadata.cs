using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Sequitur.Tensors.Weights;

namespace Sequitur.Formats.Gguf;

/// <summary>
/// The metadata of a GGUF file, in the order of the file. The getters take what a key must hold: an integer of any stored width
/// that fits, a number of either width; they throw <see cref="InvalidModelException"/> naming key and file where the key is
/// missing, and so do they and the others where it holds something else.
/// </summary>
public sealed class GgufMetadata : IReadOnlyDictionary<string, GgufValue>
{
    private readonly OrderedDictionary<string, GgufValue> _values = new(StringComparer.Ordinal);

    internal GgufMetadata(string path) => Path = path;

    /// <summary>The file that this belongs to.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public int Count => _values.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _values.Keys;

    /// <inheritdoc/>
    public IEnumerable<GgufValue> Values => _values.Values;

    /// <summary>The value of a key.</summary>
    /// <exception cref="InvalidModelException">The key is missing.</exception>
    public GgufValue this[string key] => _values.TryGetValue(key, out var value) ? value : throw new InvalidModelException($"{Path}: the key {key} is missing");

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _values.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out GgufValue value) => _values.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, GgufValue>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A required string.</summary>
    public string GetString(string key) => this[key].TryGetString(out var value) ? value : throw Wrong(key, "a string");

    /// <summary>A required integer from 0 to 2³²−1.</summary>
    public uint GetUInt32(string key) => (uint)Integer(key, uint.MinValue, uint.MaxValue);

    /// <summary>A required integer of 32 bits.</summary>
    public int GetInt32(string key) => (int)Integer(key, int.MinValue, int.MaxValue);

    /// <summary>A required integer of 64 bits.</summary>
    public long GetInt64(string key) => (long)Integer(key, long.MinValue, long.MaxValue);

    /// <summary>A required floating-point number.</summary>
    public float GetFloat(string key) => this[key].TryGetFloat(out var value) ? (float)value : throw Wrong(key, "a floating-point number");

    /// <summary>A required boolean.</summary>
    public bool GetBool(string key) => this[key].TryGetBool(out var value) ? value : throw Wrong(key, "true or false");

    /// <summary>A required array of strings, still in the file: the way to read a vocabulary.</summary>
    public GgufStrings GetStrings(string key) => this[key].Strings ?? throw Wrong(key, "an array of strings");

    /// <summary>A required array of strings, all decoded.</summary>
    public string[] GetStringArray(string key)
    {
        var strings = GetStrings(key);
        var decoded = new string[strings.Count];
        for (var i = 0; i < decoded.Length; i++)
        {
            decoded[i] = strings[i];
        }

        return decoded;
    }

    /// <summary>A required array of integers of 32 bits.</summary>
    public int[] GetInt32Array(string key) => this[key].TryGetIntegers<int>(out var values) ? values : throw Wrong(key, "an array of integers of 32 bits");

    /// <summary>A required array of floating-point numbers.</summary>
    public float[] GetFloatArray(string key) => this[key].TryGetFloats(out var values)
        ? Array.ConvertAll(values, value => (float)value)
        : throw Wrong(key, "an array of floating-point numbers");

    /// <summary>A string, where the key is there.</summary>
    public bool TryGetString(string key, [NotNullWhen(true)] out string? value)
    {
        value = ContainsKey(key) ? GetString(key) : null;
        return value is not null;
    }

    /// <summary>An integer from 0 to 2³²−1, where the key is there.</summary>
    public bool TryGetUInt32(string key, out uint value)
    {
        value = ContainsKey(key) ? GetUInt32(key) : 0;
        return ContainsKey(key);
    }

    /// <summary>An integer of 32 bits, where the key is there.</summary>
    public bool TryGetInt32(string key, out int value)
    {
        value = ContainsKey(key) ? GetInt32(key) : 0;
        return ContainsKey(key);
    }

    /// <summary>A floating-point number, where the key is there.</summary>
    public bool TryGetFloat(string key, out float value)
    {
        value = ContainsKey(key) ? GetFloat(key) : 0;
        return ContainsKey(key);
    }

    /// <summary>A boolean, where the key is there.</summary>
    public bool TryGetBool(string key, out bool value)
    {
        value = ContainsKey(key) && GetBool(key);
        return ContainsKey(key);
    }

    /// <summary>
    /// The keys as they are, with their values, for an architecture's map to Hugging Face's names. Arrays longer than
    /// <paramref name="longest"/> (vocabularies) are left out.
    /// </summary>
    public ModelConfig ToConfig(int longest = 4096)
    {
        var values = new Dictionary<string, object?>();
        foreach (var (key, value) in _values)
        {
            if (value.Count <= longest)
            {
                values[key] = value.ToObject();
            }
        }

        return new(values, Path);
    }

    internal bool Add(string key, GgufValue value) => _values.TryAdd(key, value);

    private Int128 Integer(string key, Int128 least, Int128 most) => this[key].TryGetInteger(out var value) && value >= least && value <= most
        ? value
        : throw Wrong(key, $"an integer from {least} to {most}");

    private InvalidModelException Wrong(string key, string wanted)
    {
        var value = _values[key];
        return new($"{Path}: {key} must be {wanted}, and is {(value.Type == GgufValueType.Array ? "an array of" : "a")} {value.ElementType}: {value}");
    }
}
