using Sequitur.Kernels.Numerics;

namespace Sequitur.Bench;

/// <summary>Logits as distributions, in float64.</summary>
internal static class Distribution
{
    /// <summary>ln Σ exp.</summary>
    public static double LogSumExp(ReadOnlySpan<float> logits)
    {
        var (largest, sum) = (double.NegativeInfinity, 0.0);
        foreach (var logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        foreach (var logit in logits)
        {
            sum += Scalar.ExpDouble(logit - largest);
        }

        return largest + Scalar.LogDouble(sum);
    }

    /// <summary>The Kullback-Leibler divergence Σ p · ln(p/q), in nats: what is lost by predicting with q where p is right.</summary>
    /// <param name="p">Logits of what is right.</param>
    /// <param name="sumP">Their <see cref="LogSumExp"/>.</param>
    /// <param name="q">Logits of the prediction.</param>
    /// <param name="sumQ">Their <see cref="LogSumExp"/>.</param>
    public static double Divergence(ReadOnlySpan<float> p, double sumP, ReadOnlySpan<float> q, double sumQ)
    {
        var sum = 0.0;
        for (var i = 0; i < p.Length; i++)
        {
            sum += Scalar.ExpDouble(p[i] - sumP) * (p[i] - sumP - (q[i] - sumQ));
        }

        return sum;
    }

    /// <summary>The most probable entry; of equals the first.</summary>
    public static int Best(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            best = logits[i] > logits[best] ? i : best;
        }

        return best;
    }
}
