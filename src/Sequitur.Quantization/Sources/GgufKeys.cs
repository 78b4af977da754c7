using Sequitur.Formats.Gguf;
using Sequitur.Models;
using Sequitur.Tensors.Weights;

namespace Sequitur.Quantization.Sources;

/// <summary>The part of a Hugging Face configuration that GGUF keys state, and how they state it.</summary>
internal sealed class GgufKeys
{
    private const string RopeTheta = "rope_theta";
    private const double DefaultTheta = 10_000;

    // Hugging Face's names of what GGUF states behind rope.scaling.
    private static readonly (string Key, string GgufKey)[] ScalingKeys =
        [("factor", "factor"), ("original_max_position_embeddings", "original_context_length"), ("beta_fast", "yarn_beta_fast"), ("beta_slow", "yarn_beta_slow")];

    private readonly ModelConfig _config;
    private readonly NameMap _map;
    private readonly RopeParameters _rope;
    private readonly IReadOnlyList<SourceTensor> _tensors;
    private readonly Dictionary<string, object?> _values = [];
    private readonly Dictionary<string, object?> _scaling = [];

    private GgufKeys(ModelConfig config, NameMap map, IReadOnlyList<SourceTensor> tensors)
    {
        _tensors = tensors;
        _config = config;
        _map = map;
        _rope = config.GetRope(DefaultTheta);
    }

    /// <summary>Takes the keys that a family's map names. What Hugging Face leaves to defaults is stated; GGUF has none.</summary>
    /// <exception cref="InvalidModelException">A key that GGUF needs is missing.</exception>
    /// <exception cref="UnsupportedModelException">The rotary scaling cannot be stated.</exception>
    public static GgufKeys Of(ModelConfig config, NameMap map, Model model, IReadOnlyList<SourceTensor> tensors)
    {
        var keys = new GgufKeys(config, map, tensors);
        foreach (var (key, ggufKey, required) in map.Keys)
        {
            keys._values[key] = ggufKey switch
            {
                "vocab_size" => model.VocabularySize,
                "context_length" => model.MaxPositions,
                "rope.freq_base" => keys._rope.Theta,
                "feed_forward_length" when !config.Has(key) => keys.FeedForward(),
                _ => config[key],
            };
            if (required && keys._values[key] is null)
            {
                throw new InvalidModelException($"{key} is missing in {config.Origin}, and a GGUF file must state it");
            }
        }

        keys._values["vocab_size"] = model.VocabularySize;
        keys.AddScaling();
        return keys;
    }

    /// <summary>The configuration that a reader of the keys finds.</summary>
    public ModelConfig ToConfig()
    {
        var values = new Dictionary<string, object?>(_values)
        {
            ["rope_scaling"] = _scaling.Count > 0 ? _scaling : _rope.Type == "llama3" ? _rope.Values.Keys.ToDictionary(key => key, key => _rope.Values[key]) : null,
        };
        var config = new ModelConfig(values, _config.Origin);
        var names = _tensors.Select(tensor => tensor.Name).ToHashSet();
        foreach (var (key, value) in _map.DerivedKeys.Where(derived => !config.Has(derived.Key)))
        {
            values[key] = value(config, names.Contains);
        }

        return config;
    }

    /// <summary>The metadata, under an architecture's name.</summary>
    public IEnumerable<KeyValuePair<string, GgufValue>> Metadata(string architecture)
    {
        foreach (var (key, ggufKey, _) in _map.Keys.Where(entry => _values[entry.Key] is not null))
        {
            yield return new($"{architecture}.{ggufKey}", Value(key, _values[key]!));
        }

        if (_map.Keys.All(entry => entry.GgufKey != "vocab_size"))
        {
            yield return new($"{architecture}.vocab_size", Value("vocab_size", _values["vocab_size"]!));
        }

        if (_scaling.Count > 0)
        {
            yield return new($"{architecture}.rope.scaling.type", GgufValues.Of(_rope.Type));
        }

        foreach (var (key, ggufKey) in ScalingKeys.Where(entry => _scaling.ContainsKey(entry.Key)))
        {
            yield return new($"{architecture}.rope.scaling.{ggufKey}", Value(key, _scaling[key]!));
        }
    }

    /// <summary>By what GGUF divides the plain frequencies, where the scaling has no key (<c>llama3</c>): a tensor.</summary>
    public IEnumerable<SourceTensor> RopeFactors(Model model)
    {
        if (_rope.Type != "llama3")
        {
            return [];
        }

        var set = model.RopeSets.Single();
        var plain = new RopeScaling(new RopeParameters(new ModelConfig(new Dictionary<string, object?> { ["rope_type"] = "default", [RopeTheta] = _rope.Theta }, _config.Origin)), model.MaxPositions);
        var factors = plain.Frequencies(set.Dim, 1).Frequencies.Zip(set.At(1).Frequencies, (before, after) => before / after);
        return [new NumbersTensor(GgufNames.RopeFactors, [.. factors])];
    }

    // Where the configuration leaves it to the family's default.
    private long? FeedForward() => _tensors.FirstOrDefault(tensor => tensor.Name.EndsWith(".ffn_up.weight", StringComparison.Ordinal))?.Rows;

    private void AddScaling()
    {
        switch (_rope.Type)
        {
            case "default" or "llama3":
                break;
            case "linear" or "yarn":
                _scaling["rope_type"] = _rope.Type;
                _scaling["factor"] = _rope.Factor;
                foreach (var (key, _) in ScalingKeys.Where(entry => entry.Key != "factor" && _rope.Values.Has(entry.Key)))
                {
                    _scaling[key] = key.StartsWith("beta", StringComparison.Ordinal) ? _rope.Values.GetFloat(key) : _rope.Values[key];
                }

                break;
            default:
                throw new UnsupportedModelException($"RoPE scaling '{_rope.Type}' in {_config.Origin} cannot be written as GGUF (linear, yarn and llama3 can)");
        }
    }

    private GgufValue Value(string key, object value) => value switch
    {
        int number => GgufValues.Of(checked((uint)number)),
        long number and >= 0 and <= uint.MaxValue => GgufValues.Of((uint)number),
        double number => GgufValues.Of((float)number),
        bool truth => GgufValues.Of(truth),
        string text => GgufValues.Of(text),
        _ => throw new UnsupportedModelException($"{key} in {_config.Origin} is a value that cannot be written as GGUF: {value}"),
    };

    /// <summary>A vector of numbers that are at hand.</summary>
    private sealed class NumbersTensor(string name, float[] numbers) : SourceTensor(name, "F32", [numbers.Length])
    {
        public override void Read(long row, Span<float> destination) => numbers.CopyTo(destination);
    }
}
