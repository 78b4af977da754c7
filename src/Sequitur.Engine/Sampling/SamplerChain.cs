using Sequitur.Kernels.Numerics;

namespace Sequitur.Engine.Sampling;

/// <summary>
/// Samplers in an explicit order, then the draw: one uniform number of 24 bits for each token, inverse distribution in float64 over the tokens by descending logit, ties by id.
/// </summary>
public sealed class SamplerChain(params IReadOnlyList<Sampler> samplers)
{
    /// <summary>The samplers, in the order in which they are applied.</summary>
    public IReadOnlyList<Sampler> Samplers => samplers;

    /// <summary>Greedy decoding.</summary>
    public static SamplerChain Greedy { get; } = new(new Greedy());

    /// <summary>The chain of a temperature; 0 means greedy.</summary>
    /// <exception cref="UsageException">The temperature is negative or not finite.</exception>
    public static SamplerChain OfTemperature(float temperature) => temperature == 0 ? Greedy : new(new Temperature(temperature));

    /// <summary>Chooses the next token.</summary>
    /// <param name="candidates">The tokens and their logits; changed.</param>
    /// <param name="seed">The request's seed.</param>
    /// <param name="position">The position of the token to come in its sequence.</param>
    public int Sample(Candidates candidates, ulong seed, uint position)
    {
        for (var i = 0; i < samplers.Count; i++)
        {
            samplers[i].Apply(candidates);
        }

        return candidates.Count == 1 ? candidates.Ids[0] : Draw(candidates, Philox.Uniform(seed, 0, position, RandomPurpose.Sample));
    }

    private static int Draw(Candidates candidates, float uniform)
    {
        candidates.Sort();
        var logits = candidates.Logits;
        var total = 0.0;
        foreach (var logit in logits)
        {
            total += Scalar.ExpDouble((double)logit - logits[0]);
        }

        var target = uniform * total;
        var sum = 0.0;
        for (var i = 0; i < logits.Length; i++)
        {
            sum += Scalar.ExpDouble((double)logits[i] - logits[0]);
            if (sum > target)
            {
                return candidates.Ids[i];
            }
        }

        return candidates.Ids[^1];
    }
}
