using Sequitur.Kernels.Numerics;

namespace Sequitur.Engine.Sampling;

/// <summary>
/// A temperature that follows how unsure the model is: low + (high − low) · (H / ln n)^exponent, where H is the entropy of the n tokens left, low = max(0, t − range) and
/// high = t + range. At 0 the largest logit stays.
/// </summary>
/// <param name="temperature">The middle t.</param>
/// <param name="range">How far it goes from there, up and down.</param>
/// <param name="exponent">Above 1 it stays low until the model is very unsure.</param>
/// <exception cref="UsageException">A number is negative, or the exponent 0.</exception>
[Sampler("dynamic_temperature")]
public sealed class DynamicTemperature(float temperature, float range, float exponent = 1) : Sampler, ISamplerParser
{
    private static readonly NumberParameter<float> Middle = new("t", null, "The middle temperature", 1) { Least = 0 };
    private static readonly NumberParameter<float> Range = new("range", null, "How far it goes, up and down", 0) { Least = 0 };
    private static readonly NumberParameter<float> Exponent = new("exponent", null, "How it follows the entropy", 1) { Least = 0, IsAboveLeast = true };
    private static readonly Greedy Coldest = new();

    private readonly float _temperature = Middle.Require(temperature);
    private readonly float _range = Range.Require(range);
    private readonly float _exponent = Exponent.Require(exponent);

    /// <inheritdoc/>
    public static IReadOnlyList<SamplerParameter> Parameters => [Middle, Range, Exponent];

    /// <inheritdoc/>
    public override string Name => "dynamic_temperature";

    /// <inheritdoc/>
    public static Sampler Create(SamplerArguments arguments) => new DynamicTemperature(arguments.Get(Middle), arguments.Get(Range), arguments.Get(Exponent));

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, in SamplingStep step)
    {
        if (candidates.Count < 2)
        {
            return;
        }

        var (low, high) = (Math.Max((double)_temperature - _range, 0), (double)_temperature + _range);
        var share = Math.Min(candidates.Entropy() / Scalar.LogDouble(candidates.Count), 1);
        var chosen = (float)(low + ((high - low) * Scalar.Pow(share, _exponent)));
        if (chosen > 0)
        {
            Temperature.Divide(candidates, chosen);
        }
        else
        {
            Coldest.Apply(candidates, step);
        }
    }

    /// <inheritdoc/>
    protected override void Describe(StepText text) => text.Add(Middle, _temperature).Add(Range, _range).Add(Exponent, _exponent);
}
