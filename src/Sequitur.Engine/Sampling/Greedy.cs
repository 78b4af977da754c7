namespace Sequitur.Engine.Sampling;

/// <summary>Keeps the token with the largest logit (ties: the lowest id).</summary>
[Sampler("greedy")]
public sealed class Greedy : Sampler, ISamplerParser
{
    /// <inheritdoc/>
    public static Sampler Parse(float? value) => value is null ? new Greedy() : throw new UsageException("greedy takes no value");

    /// <inheritdoc/>
    public override void Apply(Candidates candidates)
    {
        var logits = candidates.Logits;
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best] || (logits[i] == logits[best] && candidates.Ids[i] < candidates.Ids[best]))
            {
                best = i;
            }
        }

        candidates.KeepOnly(best);
    }

    /// <inheritdoc/>
    public override string ToString() => "greedy";
}
