using Sequitur.Kernels.Numerics;

namespace Sequitur.Engine.Sampling;

/// <summary>Keeps tokens at least p times as probable as the likeliest (Nguyen et al. 2024).</summary>
/// <param name="p">The share of the largest probability, from 0 to 1.</param>
/// <param name="minKeep">Tokens that stay in any case.</param>
/// <exception cref="UsageException">A number is out of range.</exception>
[Sampler("min_p", Place = 130)]
public sealed class MinP(float p, int minKeep = 1) : Sampler, ISamplerParser
{
    private static readonly NumberParameter<float> P = new("p", "--min-p", "Keep tokens at least P times as probable as the likeliest; 0: all", 0) { Least = 0, Most = 1 };

    private readonly float _p = P.Require(p);
    private readonly double _distance = Scalar.LogDouble(p);
    private readonly int _minKeep = MinKeep.Parameter.Require(minKeep);

    /// <inheritdoc/>
    public static IReadOnlyList<SamplerParameter> Parameters => [P, MinKeep.Parameter];

    /// <inheritdoc/>
    public override string Name => "min_p";

    /// <inheritdoc/>
    public override bool Truncates => true;

    /// <inheritdoc/>
    public static Sampler? Create(SamplerArguments arguments) => arguments.Get(P) is > 0 and var p ? new MinP(p, arguments.Get(MinKeep.Parameter)) : null;

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, in SamplingStep step)
    {
        // p ≥ P · largest is the same as logit ≥ largest logit + ln P.
        if (_p > 0)
        {
            candidates.KeepFrom(candidates.Largest + _distance, _minKeep);
        }
    }

    /// <inheritdoc/>
    protected override void Describe(StepText text) => text.Add(P, _p).Add(MinKeep.Parameter, _minKeep);
}
