namespace Sequitur.Conformance.Tests.Texts;

/// <summary>Distributions that logits stand for, in float64.</summary>
internal static class Distribution
{
    /// <summary>ln Σ exp.</summary>
    public static double LogSumExp(ReadOnlySpan<float> logits)
    {
        var (max, sum) = (float.NegativeInfinity, 0.0);
        foreach (var logit in logits)
        {
            max = Math.Max(max, logit);
        }

        foreach (var logit in logits)
        {
            sum += Math.Exp((double)logit - max);
        }

        return max + Math.Log(sum);
    }

    /// <summary>How much worse <paramref name="actual"/> predicts what <paramref name="expected"/> says, in nats.</summary>
    public static double Divergence(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        var (p, q, sum) = (LogSumExp(expected), LogSumExp(actual), 0.0);
        for (var i = 0; i < expected.Length; i++)
        {
            var logP = expected[i] - p;
            sum += Math.Exp(logP) * (logP - (actual[i] - q));
        }

        return sum;
    }
}
