namespace Sequitur.Engine.Sampling;

/// <summary>Keeps the k largest logits (Fan et al. 2018); ties: the lowest ids.</summary>
/// <param name="k">How many, from 1.</param>
/// <exception cref="UsageException">It is below 1.</exception>
[Sampler("top_k", Place = 70)]
public sealed class TopK(int k) : Sampler, ISamplerParser
{
    private static readonly NumberParameter<int> K = new("k", "--top-k", "Keep the K likeliest tokens; 0: all", 0) { Least = 0 };

    private readonly int _k = K.Require(k) > 0 ? k : throw new UsageException("--top-k of 0 keeps all tokens: leave it out");

    /// <inheritdoc/>
    public static IReadOnlyList<SamplerParameter> Parameters => [K];

    /// <inheritdoc/>
    public override string Name => "top_k";

    /// <inheritdoc/>
    public override bool Truncates => true;

    /// <inheritdoc/>
    public static Sampler? Create(SamplerArguments arguments) => arguments.Get(K) is > 0 and var k ? new TopK(k) : null;

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, in SamplingStep step)
    {
        if (_k < candidates.Count)
        {
            candidates.Sort();
            candidates.Keep(0, _k);
        }
    }

    /// <inheritdoc/>
    protected override void Describe(StepText text) => text.Add(K, _k);
}
