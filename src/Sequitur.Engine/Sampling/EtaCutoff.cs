using Sequitur.Kernels.Numerics;

namespace Sequitur.Engine.Sampling;

/// <summary>Removes tokens of a probability below min(ε, √ε · e^−H), H the entropy (Hewitt et al. 2022); the likeliest stays.</summary>
/// <param name="epsilon">ε, from 0 to 1.</param>
/// <exception cref="UsageException">It is out of range.</exception>
[Sampler("eta_cutoff", Place = 110)]
public sealed class EtaCutoff(float epsilon) : Sampler, ISamplerParser
{
    private static readonly NumberParameter<float> Epsilon = new("epsilon", "--eta-cutoff", "Remove tokens of a probability below a limit that falls with the entropy; 0: none", 0) { Least = 0, Most = 1 };

    private readonly float _epsilon = Epsilon.Require(epsilon);

    /// <inheritdoc/>
    public static IReadOnlyList<SamplerParameter> Parameters => [Epsilon];

    /// <inheritdoc/>
    public override string Name => "eta_cutoff";

    /// <inheritdoc/>
    public override bool Truncates => true;

    /// <inheritdoc/>
    public static Sampler? Create(SamplerArguments arguments) => arguments.Get(Epsilon) is > 0 and var epsilon ? new EtaCutoff(epsilon) : null;

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, in SamplingStep step) =>
        EpsilonCutoff.Cut(candidates, Math.Min(_epsilon, Math.Sqrt(_epsilon) * Scalar.ExpDouble(-candidates.Entropy())));

    /// <inheritdoc/>
    protected override void Describe(StepText text) => text.Add(Epsilon, _epsilon);
}
