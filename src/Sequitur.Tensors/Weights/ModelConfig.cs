using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Sequitur.Tensors.Weights;

/// <summary>
/// What a checkpoint says about its model, as keys (Hugging Face's names) and values. A key whose value is null counts as
/// absent, as it does for Hugging Face. Every getter names key and file when what it finds is missing or of another kind.
/// </summary>
public sealed class ModelConfig
{
    /// <summary>
    /// The largest width, vocabulary or context that is believed: 2²⁴. Published models stay below 2¹⁸ for widths and vocabularies and below 10⁷·1.1 for contexts, and the product of
    /// two believed sizes is far from overflowing 64 bits.
    /// </summary>
    public const int LargestSize = 1 << 24;

    /// <summary>
    /// The largest number of layers, heads or experts that is believed: 2¹⁶. Published models have at most some hundreds of each, and lists of that length cost nothing, so that the
    /// first missing tensor ends a lie early.
    /// </summary>
    public const int LargestCount = 1 << 16;

    private readonly IReadOnlyDictionary<string, object?> _values;
    private readonly IReadOnlyDictionary<string, string>? _spellings;

    /// <summary>A configuration from values: booleans, integers, floats, strings, lists of such, and dictionaries of such; or null.</summary>
    /// <param name="values">Keys and values.</param>
    /// <param name="origin">Where they come from, for messages: a path.</param>
    /// <param name="spellings">How the file spells keys that are given here by Hugging Face's names, for messages.</param>
    public ModelConfig(IReadOnlyDictionary<string, object?> values, string origin, IReadOnlyDictionary<string, string>? spellings = null)
    {
        _values = values;
        _spellings = spellings;
        Origin = origin;
    }

    /// <summary>Where the values come from.</summary>
    public string Origin { get; }

    /// <summary>All keys, those with null values included.</summary>
    public IEnumerable<string> Keys => _values.Keys;

    /// <summary>A key as its file spells it, for messages.</summary>
    public string Spelling(string key) => _spellings?.GetValueOrDefault(key) ?? key;

    /// <summary>The class names of the model (<c>LlamaForCausalLM</c>), most often one; empty where none is given.</summary>
    public IReadOnlyList<string> Architectures => Has("architectures") ? GetStringList("architectures") : [];

    /// <summary>The family's name (<c>llama</c>), or null.</summary>
    public string? ModelType => Has("model_type") ? GetString("model_type") : null;

    /// <summary>The type that the weights were saved in (<c>bfloat16</c>): <c>dtype</c>, or <c>torch_dtype</c> in older files; or null.</summary>
    public string? DataType => Has("dtype") ? GetString("dtype") : Has("torch_dtype") ? GetString("torch_dtype") : null;

    /// <summary>A value as it is, or null where the key is absent.</summary>
    public object? this[string key] => _values.GetValueOrDefault(key);

    /// <summary>Whether a key is there and not null.</summary>
    public bool Has(string key) => _values.TryGetValue(key, out var value) && value is not null;

    /// <summary>A required integer.</summary>
    /// <exception cref="InvalidModelException">The key is absent, or its value is not an integer of 32 bits.</exception>
    public int GetInt(string key) => AsInt(key, Required(key));

    /// <summary>An integer, or <paramref name="absent"/> where the key is absent.</summary>
    /// <exception cref="InvalidModelException">The value is not an integer of 32 bits.</exception>
    public int GetInt(string key, int absent) => Has(key) ? GetInt(key) : absent;

    /// <summary>A width, the size of a vocabulary or a context: an integer from 1 to <see cref="LargestSize"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="absent">The value where the key is absent; null if it must be there.</param>
    /// <exception cref="InvalidModelException">The value is absent, no integer, or out of range.</exception>
    public int GetSize(string key, int? absent = null) => GetInt(key, absent, 1, LargestSize);

    /// <summary>A number of layers, heads, experts …: an integer from <paramref name="least"/> to <see cref="LargestCount"/>.</summary>
    /// <inheritdoc cref="GetSize"/>
    public int GetCount(string key, int? absent = null, int least = 1) => GetInt(key, absent, least, LargestCount);

    /// <summary>A number above 0 that float32 can hold: a base, a factor.</summary>
    /// <inheritdoc cref="GetSize"/>
    public double GetPositive(string key, double? absent = null) =>
        Number(key, absent) is var value && value > 0 && value <= float.MaxValue ? value : throw OutOfRange(key, value, "a finite number above 0");

    /// <summary>A number from 0 that float32 can hold: the epsilon of a norm.</summary>
    /// <inheritdoc cref="GetSize"/>
    public double GetNonNegative(string key, double? absent = null) =>
        Number(key, absent) is var value && value >= 0 && value <= float.MaxValue ? value : throw OutOfRange(key, value, "a finite number from 0");

    /// <summary>A number of either sign that float32 can hold.</summary>
    /// <inheritdoc cref="GetSize"/>
    public double GetFinite(string key, double? absent = null) =>
        Number(key, absent) is var value && Math.Abs(value) <= float.MaxValue ? value : throw OutOfRange(key, value, "a finite number");

    /// <summary>A required number, with the full precision of the file. Infinity and NaN are possible.</summary>
    /// <exception cref="InvalidModelException">The key is absent, or its value is not a number.</exception>
    public double GetFloat(string key) => AsFloat(key, Required(key));

    /// <summary>A number, or <paramref name="absent"/> where the key is absent.</summary>
    /// <exception cref="InvalidModelException">The value is not a number.</exception>
    public double GetFloat(string key, double absent) => Has(key) ? GetFloat(key) : absent;

    /// <summary>A required boolean.</summary>
    /// <exception cref="InvalidModelException">The key is absent, or its value is not true or false.</exception>
    public bool GetBool(string key) => Required(key) is bool value ? value : throw Wrong(key, "true or false");

    /// <summary>A boolean, or <paramref name="absent"/> where the key is absent.</summary>
    /// <exception cref="InvalidModelException">The value is not true or false.</exception>
    public bool GetBool(string key, bool absent) => Has(key) ? GetBool(key) : absent;

    /// <summary>A required string.</summary>
    /// <exception cref="InvalidModelException">The key is absent, or its value is not a string.</exception>
    public string GetString(string key) => Required(key) as string ?? throw Wrong(key, "a string");

    /// <summary>A string, or <paramref name="absent"/> where the key is absent.</summary>
    /// <exception cref="InvalidModelException">The value is not a string.</exception>
    public string GetString(string key, string absent) => Has(key) ? GetString(key) : absent;

    /// <summary>A required list of integers; a single integer counts as a list of one (<c>eos_token_id</c> comes both ways).</summary>
    /// <exception cref="InvalidModelException">The key is absent, or its value is something else.</exception>
    public IReadOnlyList<int> GetIntList(string key) => [.. Items(key).Select(item => AsInt(key, item))];

    /// <summary>A required list of numbers; a single number counts as a list of one.</summary>
    /// <exception cref="InvalidModelException">The key is absent, or its value is something else.</exception>
    public IReadOnlyList<double> GetFloatList(string key) => [.. Items(key).Select(item => AsFloat(key, item))];

    /// <summary>A required list of booleans; a single one counts as a list of one.</summary>
    /// <exception cref="InvalidModelException">The key is absent, or its value is something else.</exception>
    public IReadOnlyList<bool> GetBoolList(string key) =>
        [.. Items(key).Select(item => item is bool value ? value : throw Wrong(key, "a list of true and false"))];

    /// <summary>A required list of strings; a single string counts as a list of one.</summary>
    /// <exception cref="InvalidModelException">The key is absent, or its value is something else.</exception>
    public IReadOnlyList<string> GetStringList(string key) =>
        [.. Items(key).Select(item => item as string ?? throw Wrong(key, "a list of strings"))];

    /// <summary>A required list of nested configurations (<c>chat_template</c> where a model has several).</summary>
    /// <exception cref="InvalidModelException">The key is absent, or its value is something else.</exception>
    public IReadOnlyList<ModelConfig> GetObjectList(string key) =>
        [.. Items(key).Select(item => new ModelConfig(item as IReadOnlyDictionary<string, object?> ?? throw Wrong(key, "a list of objects"), $"{Origin}: {key}"))];

    /// <summary>Whether a key has a value that is a string.</summary>
    public bool IsString(string key) => _values.TryGetValue(key, out var value) && value is string;

    /// <summary>A nested configuration (<c>text_config</c>, <c>quantization_config</c>).</summary>
    /// <returns>False where the key is absent.</returns>
    /// <exception cref="InvalidModelException">The value is not an object.</exception>
    public bool TryGetObject(string key, [NotNullWhen(true)] out ModelConfig? value)
    {
        value = Has(key) ? new(Required(key) as IReadOnlyDictionary<string, object?> ?? throw Wrong(key, "an object"), $"{Origin}: {key}") : null;
        return value is not null;
    }

    /// <summary>
    /// What the model says about its rotary positions, from either style of file: <c>rope_theta</c> beside <c>rope_scaling</c>
    /// (whose kind older files call <c>type</c>), or all of it in <c>rope_parameters</c>, there once or per type of layer.
    /// </summary>
    /// <param name="theta">The base where the file gives none: a family's default, or what its own key says (<c>rotary_emb_base</c>).</param>
    /// <param name="layerType">Which type of layer is meant (<c>sliding_attention</c>), where the file may distinguish them.</param>
    /// <exception cref="InvalidModelException">A value is of the wrong kind, or the file distinguishes types of layers and has not this one.</exception>
    public RopeParameters GetRope(double theta, string? layerType = null)
    {
        var found = TryGetObject("rope_scaling", out var nested) || TryGetObject("rope_parameters", out nested);
        if (found && nested!._values.Count > 0 && nested._values.Values.All(value => value is IReadOnlyDictionary<string, object?>))
        {
            if (layerType is null || !nested.TryGetObject(layerType, out var ofType))
            {
                throw new InvalidModelException($"{nested.Origin} is given per type of layer, and not for {layerType ?? "all layers"}");
            }

            nested = ofType;
        }

        Dictionary<string, object?> values = found ? new(nested!._values) : [];
        Fallback(values, "rope_type", values.GetValueOrDefault("type") ?? "default");
        Fallback(values, "rope_theta", Has("rope_theta") ? Required("rope_theta") : theta);
        foreach (var key in (string[])["partial_rotary_factor", "original_max_position_embeddings"])
        {
            Fallback(values, key, _values.GetValueOrDefault(key));
        }

        return new(new(values, nested?.Origin ?? Origin, _spellings));
    }

    private static void Fallback(Dictionary<string, object?> values, string key, object? value)
    {
        if (values.GetValueOrDefault(key) is null && value is not null)
        {
            values[key] = value;
        }
    }

    private object Required(string key) => _values.TryGetValue(key, out var value) && value is not null
        ? value
        : throw new InvalidModelException($"{Spelling(key)} is missing in {Origin}");

    private int GetInt(string key, int? absent, int least, int most) =>
        (absent is { } value ? GetInt(key, value) : GetInt(key)) is var found && found >= least && found <= most
            ? found
            : throw OutOfRange(key, found, $"an integer from {least} to {most}");

    private double Number(string key, double? absent) => absent is { } value ? GetFloat(key, value) : GetFloat(key);

    private InvalidModelException OutOfRange(string key, double value, string wanted) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{Spelling(key)} in {Origin} is {value}, and must be {wanted}"));

    private IEnumerable<object?> Items(string key) => Required(key) switch
    {
        string text => [text],
        System.Collections.IEnumerable list and not System.Collections.IDictionary => list.Cast<object?>(),
        var single => [single],
    };

    private int AsInt(string key, object? value)
    {
        try
        {
            return value switch
            {
                int number => number,
                long or uint or ulong or short or ushort or byte or sbyte => Convert.ToInt32(value, CultureInfo.InvariantCulture),
                double number when number == Math.Floor(number) => checked((int)number),
                _ => throw Wrong(key, "an integer"),
            };
        }
        catch (OverflowException)
        {
            throw Wrong(key, "an integer of 32 bits");
        }
    }

    private double AsFloat(string key, object? value) => value switch
    {
        double or float or int or long or uint or ulong or short or ushort or byte or sbyte => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        _ => throw Wrong(key, "a number"),
    };

    private InvalidModelException Wrong(string key, string wanted) => new($"{Spelling(key)} in {Origin} is {Show(_values[key])}, and must be {wanted}");

    private static string Show(object? value) => value switch
    {
        null => "null",
        string { Length: > 40 } text => $"a text of {text.Length} characters",
        string text => $"'{text.ReplaceLineEndings(" ")}'",
        bool flag => flag ? "true" : "false",
        IReadOnlyDictionary<string, object?> => "an object",
        System.Collections.IEnumerable => "a list",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}

/// <summary>A model's rotary positions, in one style whatever the file's (see <see cref="ModelConfig.GetRope"/>).</summary>
/// <param name="Values">All parameters: <c>factor</c>, <c>beta_fast</c>, <c>short_factor</c> …, with <c>rope_type</c> and <c>rope_theta</c> always there,
/// and the model's <c>partial_rotary_factor</c> and <c>original_max_position_embeddings</c> where it has any.</param>
public sealed record RopeParameters(ModelConfig Values)
{
    /// <summary>How frequencies are scaled: <c>default</c> (not at all), <c>linear</c>, <c>dynamic</c>, <c>yarn</c>, <c>llama3</c>, <c>longrope</c> …</summary>
    public string Type => Values.GetString("rope_type");

    /// <summary>The base θ of the frequencies θ^(−2i/dim).</summary>
    /// <exception cref="InvalidModelException">It is not positive and finite.</exception>
    public double Theta => Values.GetPositive("rope_theta");

    /// <summary>By how much the context is stretched, for the types that have a factor.</summary>
    /// <exception cref="InvalidModelException">There is none, or it is not positive and finite.</exception>
    public double Factor => Values.GetPositive("factor");
}
