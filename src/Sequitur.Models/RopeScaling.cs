using Sequitur.Kernels.Numerics;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models;

/// <summary>
/// Methods of scaling rotary frequencies θ^(−2i/dim), as Hugging Face's configurations name them: <c>default</c>, <c>linear</c> (Chen et al. 2023), <c>dynamic</c>
/// (NTK-aware), <c>yarn</c> (Peng et al. 2023), <c>longrope</c> (Ding et al. 2024), <c>llama3</c>. Computed in float64, rounded once.
/// </summary>
public sealed class RopeScaling
{
    /// <summary>Divisors of the frequencies, one each, before any method: a key that GGUF files have (as a tensor), and no Hugging Face configuration.</summary>
    public const string Divisors = "frequency_divisors";

    /// <summary>What cosines and sines are multiplied with besides what the method says: a key of GGUF files only.</summary>
    public const string Magnitude = "magnitude";

    /// <summary>The share of YaRN's extrapolated frequencies that is used, 1 by default; with 0 YaRN is linear: a key of GGUF files only.</summary>
    public const string ExtrapolationShare = "extrapolation_share";

    private const double BetaFast = 32;
    private const double BetaSlow = 1;

    private readonly RopeParameters _rope;
    private readonly int _maxPositions;

    /// <summary>Reads a method.</summary>
    /// <param name="rope">Base, kind and parameters.</param>
    /// <param name="maxPositions"><c>max_position_embeddings</c>, the original context where no other is given.</param>
    /// <exception cref="InvalidModelException">A parameter is missing or impossible.</exception>
    /// <exception cref="UnsupportedModelException">The kind is unknown.</exception>
    public RopeScaling(RopeParameters rope, int maxPositions)
    {
        _rope = rope;
        _maxPositions = maxPositions;
        Check(rope);
    }

    /// <summary>The kind.</summary>
    public string Type => _rope.Type;

    /// <summary>The method, if its lists have a number for each of the frequencies of so many columns.</summary>
    /// <exception cref="InvalidModelException">One has more or fewer.</exception>
    public RopeScaling For(int dim)
    {
        foreach (var key in Lists().Where(_rope.Values.Has))
        {
            var count = _rope.Values.GetFloatList(key).Count;
            _rope.Values.Require(count == dim / 2, $"{key} has {count} numbers, and there are {dim / 2} frequencies");
        }

        return this;
    }

    /// <summary>Frequencies and scale for a capacity.</summary>
    /// <exception cref="InvalidModelException">The parameters give no finite numbers.</exception>
    public (float[] Frequencies, float Scale) Frequencies(int dim, long capacity)
    {
        var (frequencies, scale) = Compute(dim, capacity);
        return Array.TrueForAll(frequencies, float.IsFinite) && float.IsFinite(scale)
            ? (frequencies, scale)
            : throw new InvalidModelException($"the rotary parameters in {_rope.Values.Origin} (rope_type '{Type}', rope_theta {_rope.Theta}) give frequencies that are no finite numbers");
    }

    // Everything that a kind reads, once, so that a wrong value is found when the model is opened.
    private static void Check(RopeParameters rope)
    {
        var values = rope.Values;
        _ = (rope.Theta, values.GetPositive(Magnitude, 1));
        CheckList(values, Divisors);
        switch (rope.Type)
        {
            case "default":
                break;
            case "linear" or "dynamic":
                _ = (rope.Factor, Original(values, 1));
                break;
            case "llama3":
                _ = (rope.Factor, Original(values, null));
                var (low, high) = (values.GetPositive("low_freq_factor"), values.GetPositive("high_freq_factor"));
                values.Require(low < high, $"low_freq_factor {low} is not below high_freq_factor {high}");
                break;
            case "yarn":
                _ = (values.Has("factor") ? rope.Factor : 1, Original(values, 1), values.GetBool("truncate", true));
                _ = (values.GetPositive("beta_fast", BetaFast), values.GetPositive("beta_slow", BetaSlow), values.GetPositive("attention_factor", 1));
                _ = (values.GetFinite("mscale", 0), values.GetFinite("mscale_all_dim", 0));
                _ = values.GetNonNegative(ExtrapolationShare, 1);
                values.Require(rope.Theta != 1, "rope_theta is 1, and YaRN divides by its logarithm");
                break;
            case "longrope":
                CheckLongRope(rope);
                break;
            default:
                throw new UnsupportedModelException($"RoPE scaling '{rope.Type}' in {values.Origin} is not supported (default, linear, dynamic, yarn, longrope and llama3 are)");
        }
    }

    private static void CheckLongRope(RopeParameters rope)
    {
        var values = rope.Values;
        _ = (values.Has("factor") ? rope.Factor : 1, values.GetPositive("attention_factor", 1));
        values.Require(Original(values, 2) > 1, "original_max_position_embeddings is 1, and LongRoPE divides by its logarithm");
        foreach (var key in (string[])["long_factor", "short_factor"])
        {
            values.Require(values.Has(key), $"{key} is missing");
            CheckList(values, key);
        }

        foreach (var key in ((string[])["long_mscale", "short_mscale"]).Where(values.Has))
        {
            throw new UnsupportedModelException($"{key} in {values.Origin} is not supported (attention_factor is)");
        }
    }

    private static void CheckList(ModelConfig values, string key)
    {
        if (values.Has(key))
        {
            values.Require(values.GetFloatList(key).All(number => number is > 0 and <= float.MaxValue), $"{key} must be finite numbers above 0");
        }
    }

    private string[] Lists() => Type == "longrope" ? [Divisors, "long_factor", "short_factor"] : [Divisors];

    private static double Original(ModelConfig values, double? absent) => values.GetPositive("original_max_position_embeddings", absent);

    private (float[] Frequencies, float Scale) Compute(int dim, long capacity)
    {
        var (frequencies, scale) = _rope.Type switch
        {
            "linear" => (Array.ConvertAll(Plain(dim, _rope.Theta), f => f / _rope.Factor), 1),
            "dynamic" => (Plain(dim, DynamicTheta(dim, capacity)), 1),
            "yarn" => Yarn(dim),
            "longrope" => LongRope(dim, capacity),
            "llama3" => (Array.ConvertAll(Plain(dim, _rope.Theta), Llama3), 1),
            _ => (Plain(dim, _rope.Theta), 1.0),
        };
        return (Array.ConvertAll(frequencies, frequency => (float)frequency), (float)(scale * _rope.Values.GetFloat(Magnitude, 1)));
    }

    /// <summary>YaRN's temperature for a factor and a multiplier: 0.1 · m · ln(factor) + 1, or 1 where nothing is stretched.</summary>
    public static double YarnMscale(double factor, double multiplier) => factor <= 1 ? 1 : (0.1 * multiplier * Scalar.LogDouble(factor)) + 1;

    private double[] Plain(int dim, double theta)
    {
        var frequencies = new double[dim / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = 1 / Scalar.Pow(theta, 2.0 * i / dim);
        }

        return Divided(frequencies, Divisors);
    }

    private double[] Divided(double[] frequencies, string divisors) =>
        _rope.Values.Has(divisors) ? [.. frequencies.Zip(_rope.Values.GetFloatList(divisors), (frequency, divisor) => frequency / divisor)] : frequencies;

    // Up to the original length nothing changes; beyond it the base grows with the length.
    private double DynamicTheta(int dim, long capacity)
    {
        var original = _rope.Values.GetFloat("original_max_position_embeddings", _maxPositions);
        var stretch = (_rope.Factor * Math.Max(capacity, original) / original) - (_rope.Factor - 1);
        return _rope.Theta * Scalar.Pow(stretch, dim / (dim - 2.0));
    }

    private double Llama3(double frequency)
    {
        var original = _rope.Values.GetFloat("original_max_position_embeddings");
        var (low, high) = (_rope.Values.GetFloat("low_freq_factor"), _rope.Values.GetFloat("high_freq_factor"));
        var wavelength = 2 * Math.PI / frequency;
        if (wavelength < original / high)
        {
            return frequency;
        }

        if (wavelength > original / low)
        {
            return frequency / _rope.Factor;
        }

        var smooth = ((original / wavelength) - low) / (high - low);
        return ((1 - smooth) * frequency / _rope.Factor) + (smooth * frequency);
    }

    // Dimensions that turn often within the original context keep their frequency, those that turn rarely are interpolated, a ramp lies between.
    private (double[] Frequencies, double Scale) Yarn(int dim)
    {
        var values = _rope.Values;
        var original = values.GetFloat("original_max_position_embeddings", _maxPositions);
        var factor = values.Has("factor") ? _rope.Factor : _maxPositions / original;
        double Correction(double rotations) => dim * Scalar.LogDouble(original / (rotations * 2 * Math.PI)) / (2 * Scalar.LogDouble(_rope.Theta));
        var (low, high) = (Correction(values.GetFloat("beta_fast", BetaFast)), Correction(values.GetFloat("beta_slow", BetaSlow)));
        if (values.GetBool("truncate", true))
        {
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        }

        (low, high) = (Math.Max(low, 0), Math.Min(high, dim - 1));
        high = low == high ? high + 0.001 : high;
        var share = values.GetFloat(ExtrapolationShare, 1);
        var frequencies = Plain(dim, _rope.Theta).Select((f, i) =>
        {
            var ramp = share == 1 ? Math.Clamp((i - low) / (high - low), 0, 1) : 1 - (share * (1 - Math.Clamp((i - low) / (high - low), 0, 1)));
            return (f / factor * ramp) + (f * (1 - ramp));
        });
        return ([.. frequencies], share == 0 ? 1 : YarnScale(values, factor));
    }

    // One list of divisors up to the original length, another beyond it; the temperature is that of the whole context in both.
    private (double[] Frequencies, double Scale) LongRope(int dim, long capacity)
    {
        var values = _rope.Values;
        var original = values.GetFloat("original_max_position_embeddings", _maxPositions);
        var factor = values.Has("factor") ? _rope.Factor : _maxPositions / original;
        var scale = factor <= 1 ? 1 : Math.Sqrt(1 + (Scalar.LogDouble(factor) / Scalar.LogDouble(original)));
        return (Divided(Plain(dim, _rope.Theta), capacity > original ? "long_factor" : "short_factor"), values.GetFloat("attention_factor", scale));
    }

    private static double YarnScale(ModelConfig values, double factor)
    {
        if (values.Has("attention_factor"))
        {
            return values.GetFloat("attention_factor");
        }

        var (mscale, all) = (values.GetFloat("mscale", 0), values.GetFloat("mscale_all_dim", 0));
        return mscale != 0 && all != 0 ? YarnMscale(factor, mscale) / YarnMscale(factor, all) : YarnMscale(factor, 1);
    }
}
