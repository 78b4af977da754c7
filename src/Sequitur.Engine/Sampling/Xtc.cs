using Sequitur.Kernels.Numerics;

namespace Sequitur.Engine.Sampling;

/// <summary>
/// Excludes top choices: with some probability a step, of the tokens at least as probable as a threshold all but the least probable are removed (XTC, p-e-w 2024).
/// </summary>
/// <param name="threshold">The least probability of a top choice; above 0.5 there is at most one, so nothing happens.</param>
/// <param name="probability">How often it happens, from 0 to 1. Chance has its own random number for each token.</param>
/// <param name="minKeep">Nothing happens where fewer tokens would stay.</param>
/// <exception cref="UsageException">A number is out of range.</exception>
[Sampler("xtc", Place = 140)]
public sealed class Xtc(float threshold, float probability, int minKeep = 1) : Sampler, ISamplerParser
{
    private static readonly NumberParameter<float> Probability = new("probability", "--xtc-probability", "How often top choices are excluded; 0: never", 0) { Least = 0, Most = 1 };
    private static readonly NumberParameter<float> Threshold = new("threshold", "--xtc-threshold", "The least probability of a top choice; above 0.5: none", 0.1f) { Least = 0, Most = 1 };

    private readonly float _probability = Probability.Require(probability);
    private readonly float _threshold = Threshold.Require(threshold);
    private readonly int _minKeep = MinKeep.Parameter.Require(minKeep);

    /// <inheritdoc/>
    public static IReadOnlyList<SamplerParameter> Parameters => [Probability, Threshold, MinKeep.Parameter];

    /// <inheritdoc/>
    public override string Name => "xtc";

    /// <inheritdoc/>
    public override bool Truncates => true;

    /// <inheritdoc/>
    public static Sampler? Create(SamplerArguments arguments)
    {
        var (probability, threshold) = (arguments.Get(Probability), arguments.Get(Threshold));
        return probability > 0 && threshold <= 0.5f ? new Xtc(threshold, probability, arguments.Get(MinKeep.Parameter)) : null;
    }

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, in SamplingStep step)
    {
        if (_threshold > 0.5f || step.Uniform(RandomPurpose.Exclude) >= _probability)
        {
            return;
        }

        var probabilities = candidates.Probabilities();
        var top = 0;
        while (top < probabilities.Length && probabilities[top] >= _threshold)
        {
            top++;
        }

        var removed = Math.Max(top - 1, 0);
        if (probabilities.Length - removed >= _minKeep)
        {
            candidates.Keep(removed, probabilities.Length - removed);
        }
    }

    /// <inheritdoc/>
    protected override void Describe(StepText text) => text.Add(Probability, _probability).Add(Threshold, _threshold).Add(MinKeep.Parameter, _minKeep);
}
