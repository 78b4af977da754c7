namespace Sequitur.Engine.Speculation;

/// <summary>
/// How many tokens to draft. With a share a of drafted tokens right, each as likely as the others, a run of k drafts chooses 1 + a + … + a^k tokens (Leviathan et al. 2023, equation 1); drafted is the k that gives most tokens for the time of its run,
/// none where plain decoding gives as many. The share is learned for each strength of a draft.
/// </summary>
internal sealed class DraftLength
{
    // What is gained must be worth the noise in what is known.
    private const double LeastGain = 1.03;

    // Tokens that an expectation counts for, and what of the past counts beside the newest draft.
    private const double PriorTokens = 4;
    private const double Memory = 0.9;

    private readonly double[] _right;
    private readonly double[] _compared;

    public DraftLength(IReadOnlyList<double> expectations)
    {
        _right = [.. expectations.Select(share => share * PriorTokens)];
        _compared = [.. expectations.Select(_ => PriorTokens)];
    }

    /// <summary>The share of drafted tokens that is expected to be right.</summary>
    public double Share(int strength) => _right[strength] / _compared[strength];

    /// <summary>How many tokens pay.</summary>
    /// <param name="strength">The draft's strength.</param>
    /// <param name="most">Tokens that are there.</param>
    /// <param name="costs">What runs cost.</param>
    public int Of(int strength, int most, PassCosts costs)
    {
        var (share, best, bestGain) = (Share(strength), 0, LeastGain);
        var (tokens, power) = (1.0, 1.0);
        for (var count = 1; count <= most; count++)
        {
            power *= share;
            tokens += power;
            var gain = tokens / costs.Of(count + 1);
            (best, bestGain) = gain > bestGain ? (count, gain) : (best, bestGain);
        }

        return best;
    }

    /// <summary>Learns from a draft.</summary>
    /// <param name="strength">Its strength.</param>
    /// <param name="right">Its first tokens that were chosen.</param>
    /// <param name="compared">Those that were compared with a chosen one: the wrong one too, if there was one.</param>
    public void Learn(int strength, int right, int compared)
    {
        _right[strength] = (Memory * _right[strength]) + right;
        _compared[strength] = (Memory * _compared[strength]) + compared;
    }
}
