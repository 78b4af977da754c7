namespace Sequitur.Engine.Sampling;

/// <summary>Removes tokens of a probability below epsilon (Hewitt et al. 2022); the likeliest stays.</summary>
/// <param name="epsilon">The least probability, from 0 to below 1.</param>
/// <exception cref="UsageException">It is out of range.</exception>
[Sampler("epsilon_cutoff", Place = 100)]
public sealed class EpsilonCutoff(float epsilon) : Sampler, ISamplerParser
{
    private static readonly NumberParameter<float> Epsilon = new("epsilon", "--epsilon-cutoff", "Remove tokens of a probability below EPSILON; 0: none", 0) { Least = 0, Most = 1 };

    private readonly float _epsilon = Epsilon.Require(epsilon);

    /// <inheritdoc/>
    public static IReadOnlyList<SamplerParameter> Parameters => [Epsilon];

    /// <inheritdoc/>
    public override string Name => "epsilon_cutoff";

    /// <inheritdoc/>
    public override bool Truncates => true;

    /// <inheritdoc/>
    public static Sampler? Create(SamplerArguments arguments) => arguments.Get(Epsilon) is > 0 and var epsilon ? new EpsilonCutoff(epsilon) : null;

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, in SamplingStep step) => Cut(candidates, _epsilon);

    internal static void Cut(Candidates candidates, double least)
    {
        var probabilities = candidates.Probabilities();
        var kept = 1;
        while (kept < probabilities.Length && probabilities[kept] >= least)
        {
            kept++;
        }

        candidates.Keep(0, kept);
    }

    /// <inheritdoc/>
    protected override void Describe(StepText text) => text.Add(Epsilon, _epsilon);
}
