namespace Sequitur.Engine.Sampling;

/// <summary>Keeps logits at most n standard deviations below the largest (Tang et al. 2024). The deviation is that of the population of tokens left; the cut does not depend on a temperature before it.</summary>
/// <param name="n">Standard deviations, above 0.</param>
/// <exception cref="UsageException">It is not positive.</exception>
[Sampler("top_n_sigma", Place = 60)]
public sealed class TopNSigma(float n) : Sampler, ISamplerParser
{
    private static readonly NumberParameter<float> N = new("n", "--top-n-sigma", "Keep logits at most N standard deviations below the largest; 0: all", 0) { Least = 0 };

    private readonly float _n = N.Require(n) > 0 ? n : throw new UsageException("--top-n-sigma of 0 keeps all tokens: leave it out");

    /// <inheritdoc/>
    public static IReadOnlyList<SamplerParameter> Parameters => [N];

    /// <inheritdoc/>
    public override string Name => "top_n_sigma";

    /// <inheritdoc/>
    public override bool Truncates => true;

    /// <inheritdoc/>
    public static Sampler? Create(SamplerArguments arguments) => arguments.Get(N) is > 0 and var n ? new TopNSigma(n) : null;

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, in SamplingStep step)
    {
        // Logits of −∞ belong to tokens that cannot come; they would make every deviation infinite.
        candidates.Sort();
        var logits = candidates.Logits;
        var (sum, count) = (0.0, 0);
        foreach (var logit in logits)
        {
            (sum, count) = logit > float.NegativeInfinity ? (sum + logit, count + 1) : (sum, count);
        }

        var (mean, squares) = (sum / count, 0.0);
        foreach (var logit in logits[..count])
        {
            squares += (logit - mean) * (logit - mean);
        }

        candidates.KeepFrom(logits[0] - (_n * Math.Sqrt(squares / count)), least: 1);
    }

    /// <inheritdoc/>
    protected override void Describe(StepText text) => text.Add(N, _n);
}
