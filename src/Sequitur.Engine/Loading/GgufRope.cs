using Sequitur.Formats.Gguf;
using Sequitur.Kernels.Formats;
using Sequitur.Models;
using Sequitur.Tensors.Weights;

namespace Sequitur.Engine.Loading;

/// <summary>
/// How a GGUF file scales its rotary frequencies, as parameters of <see cref="RopeScaling"/>: the keys <c>rope.scaling.*</c>, the older <c>rope.scale_linear</c>, and the tensors of divisors
/// <c>rope_freqs</c> (any kind) and <c>rope_factors_long</c>, <c>rope_factors_short</c> (<c>longrope</c>). Where a factor has no type, it is linear.
/// </summary>
internal static class GgufRope
{
    private const string Factors = "rope_freqs.weight";
    private const string LongFactors = "rope_factors_long.weight";
    private const string ShortFactors = "rope_factors_short.weight";
    private const string Scaling = "rope.scaling.";
    private const string OldFactor = "rope.scale_linear";

    // Whether a model was trained with its scaling changes nothing in what it computes.
    private static readonly string[] Known =
    [
        "type", "factor", "original_context_length", "finetuned", "attn_factor", "yarn_ext_factor", "yarn_beta_fast", "yarn_beta_slow",
    ];

    // What is refused unless it has the value that changes nothing: how the others enter depends on who reads them.
    private static readonly (string Key, double Neutral)[] Unread = [("yarn_attn_factor", 1), ("yarn_log_multiplier", 0), ("alpha", 0)];

    /// <summary>Whether a tensor holds divisors of frequencies.</summary>
    public static bool IsFactors(string tensor) => tensor is Factors or LongFactors or ShortFactors;

    /// <summary>The parameters; null where nothing is scaled.</summary>
    /// <exception cref="InvalidModelException">A value is impossible, or a tensor of divisors is missing or has the wrong length.</exception>
    /// <exception cref="UnsupportedModelException">The kind, or a key, is not supported.</exception>
    public static Dictionary<string, object?>? Read(GgufWeightSource source, ModelConfig stored, string architecture, ModelConfig config)
    {
        var keys = new Keys(stored, architecture);
        keys.RefuseUnread();
        var scaling = new Dictionary<string, object?>();
        switch (keys.Type)
        {
            case "none" or "linear" when keys.Factor is null or 1 || keys.Type == "none":
                scaling["rope_type"] = "default";
                break;
            case "linear":
                scaling["rope_type"] = "linear";
                break;
            case "yarn":
                scaling["rope_type"] = "yarn";
                AddYarn(keys, scaling);
                break;
            case "longrope":
                scaling["rope_type"] = "longrope";
                scaling["attention_factor"] = 1.0;
                scaling["long_factor"] = ReadFactors(source, LongFactors, config);
                scaling["short_factor"] = ReadFactors(source, ShortFactors, config);
                break;
            default:
                throw new UnsupportedModelException($"{keys.Name("type")} in {stored.Origin} is '{keys.Type}', which is not supported (none, linear, yarn and longrope are)");
        }

        AddCommon(source, keys, scaling, config);
        return scaling is { Count: 1 } && scaling["rope_type"] is "default" ? null : scaling;
    }

    private static void AddYarn(Keys keys, Dictionary<string, object?> scaling)
    {
        keys.Copy("yarn_beta_fast", scaling, "beta_fast");
        keys.Copy("yarn_beta_slow", scaling, "beta_slow");

        // A negative share means that none is set.
        if (keys.Has("yarn_ext_factor") && keys.Finite("yarn_ext_factor") is var share and >= 0)
        {
            scaling[RopeScaling.ExtrapolationShare] = share;
        }
    }

    private static void AddCommon(GgufWeightSource source, Keys keys, Dictionary<string, object?> scaling, ModelConfig config)
    {
        var type = scaling["rope_type"] as string;
        if (type is "linear" or "yarn" || (type == "longrope" && keys.Factor is not null and not 1))
        {
            scaling["factor"] = keys.Factor ?? 1;
        }

        if (type is "yarn" or "longrope" && keys.Has("original_context_length"))
        {
            scaling["original_max_position_embeddings"] = keys.Size("original_context_length");
        }

        if (keys.Has("attn_factor") && keys.Positive("attn_factor") is var magnitude and not 1)
        {
            scaling[RopeScaling.Magnitude] = magnitude;
        }

        if (source.Find(Factors) is not null)
        {
            scaling[RopeScaling.Divisors] = ReadFactors(source, Factors, config);
        }

        if (type != "longrope" && (source.Find(LongFactors) ?? source.Find(ShortFactors)) is { } unused)
        {
            throw new UnsupportedModelException($"{source.Description} has the rotary factors {unused.Name}, and {keys.Name("type")} is not 'longrope', which would use them");
        }
    }

    private static object?[] ReadFactors(GgufWeightSource source, string name, ModelConfig config)
    {
        var stored = source.Find(name) ?? throw new InvalidModelException($"{source.Description} has no tensor {name}, which its kind of rotary scaling reads");
        var wanted = RotaryDim(config) / 2;
        if (stored.ElementCount != wanted || stored.Shape[^1] != wanted)
        {
            throw new InvalidModelException($"tensor {name} of {source.Description} is [{string.Join(", ", stored.Shape)}]; the model's description needs [{wanted}]");
        }

        var format = BlockFormats.Find(stored.Format) ?? throw new UnsupportedModelException($"tensor {name} of {source.Description} is stored as {stored.Format}, which is not supported yet");
        var row = new float[wanted];
        new Weight(format, 1, wanted, [new WeightPart(stored.Regions, 1)]).DecodeRow(0, row);
        return [.. row.Select(divisor => divisor is > 0 and <= float.MaxValue
            ? (object?)(double)divisor
            : throw new InvalidModelException($"tensor {name} of {source.Description} holds {divisor}, and rotary factors are finite numbers above 0"))];
    }

    private static int RotaryDim(ModelConfig config) => config.GetSize(
        "rotary_dim", config.GetSize("head_dim", Math.Max(1, config.GetSize("hidden_size") / config.GetCount("num_attention_heads"))));

    /// <summary>The keys <c>rope.scaling.*</c> of a file.</summary>
    private sealed class Keys(ModelConfig stored, string architecture)
    {
        private string Old => $"{architecture}.{OldFactor}";

        public string Type => stored.GetString(Name("type"), "linear");

        public double? Factor => Has("factor") && Finite("factor") != 0 ? Positive("factor")
            : !Has("factor") && stored.Has(Old) && stored.GetFinite(Old) != 0 ? stored.GetPositive(Old)
            : null;

        public string Name(string key) => $"{architecture}.{Scaling}{key}";

        public bool Has(string key) => stored.Has(Name(key));

        public double Finite(string key) => stored.GetFinite(Name(key));

        public double Positive(string key) => stored.GetPositive(Name(key));

        public int Size(string key) => stored.GetSize(Name(key));

        public void Copy(string key, Dictionary<string, object?> target, string name)
        {
            if (Has(key))
            {
                target[name] = Positive(key);
            }
        }

        // What would change the angles and is not read may not be passed over in silence.
        public void RefuseUnread()
        {
            var prefix = Name("");
            foreach (var key in stored.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Select(k => k[prefix.Length..]))
            {
                var neutral = Unread.FirstOrDefault(u => u.Key == key);
                if (!Known.Contains(key) && (neutral.Key is null || Finite(key) != neutral.Neutral))
                {
                    throw new UnsupportedModelException($"the key {Name(key)} in {stored.Origin} is not supported");
                }
            }

            if (Type != "yarn" && Has("yarn_ext_factor") && Finite("yarn_ext_factor") > 0)
            {
                throw new UnsupportedModelException($"{Name("yarn_ext_factor")} in {stored.Origin} is {Finite("yarn_ext_factor")}, which is supported where {Name("type")} is 'yarn' only");
            }
        }
    }
}
