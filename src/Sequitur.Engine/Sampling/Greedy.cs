namespace Sequitur.Engine.Sampling;

/// <summary>Keeps the token with the largest logit (ties: the lowest id).</summary>
[Sampler("greedy")]
public sealed class Greedy : Sampler, ISamplerParser
{
    /// <inheritdoc/>
    public static IReadOnlyList<SamplerParameter> Parameters => [];

    /// <inheritdoc/>
    public override string Name => "greedy";

    /// <inheritdoc/>
    public override bool Truncates => true;

    /// <inheritdoc/>
    public static Sampler Create(SamplerArguments arguments) => new Greedy();

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, in SamplingStep step)
    {
        var logits = candidates.Logits;
        var ids = candidates.Ids;
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best] || (logits[i] == logits[best] && ids[i] < ids[best]))
            {
                best = i;
            }
        }

        candidates.KeepOnly(best);
    }
}
