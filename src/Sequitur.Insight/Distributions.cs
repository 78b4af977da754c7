using Sequitur.Kernels.Numerics;

namespace Sequitur.Insight;

/// <summary>Probabilities from logits, in float64 and natural logarithms.</summary>
public static class Distributions
{
    /// <summary>ln Σ exp(logits).</summary>
    public static double LogSumExp(ReadOnlySpan<float> logits)
    {
        var most = double.NegativeInfinity;
        foreach (var logit in logits)
        {
            most = Math.Max(most, logit);
        }

        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Scalar.ExpDouble(logit - most);
        }

        return most + Scalar.LogDouble(sum);
    }

    /// <summary>The log-probability of a token.</summary>
    public static double LogProbability(ReadOnlySpan<float> logits, int token) => logits[token] - LogSumExp(logits);

    /// <summary>The log-probabilities of all tokens.</summary>
    public static double[] LogProbabilities(ReadOnlySpan<float> logits)
    {
        var total = LogSumExp(logits);
        var result = new double[logits.Length];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = logits[i] - total;
        }

        return result;
    }

    /// <summary>−Σ p ln p.</summary>
    public static double Entropy(ReadOnlySpan<float> logits)
    {
        var (total, sum) = (LogSumExp(logits), 0.0);
        foreach (var logit in logits)
        {
            var log = logit - total;
            sum -= double.IsNegativeInfinity(log) ? 0 : Scalar.ExpDouble(log) * log;
        }

        return sum;
    }

    /// <summary>KL(p ‖ q) = Σ p (ln p − ln q).</summary>
    public static double KullbackLeibler(ReadOnlySpan<float> p, ReadOnlySpan<float> q)
    {
        var (totalP, totalQ, sum) = (LogSumExp(p), LogSumExp(q), 0.0);
        for (var i = 0; i < p.Length; i++)
        {
            var log = p[i] - totalP;
            sum += double.IsNegativeInfinity(log) ? 0 : Scalar.ExpDouble(log) * (log - (q[i] - totalQ));
        }

        return sum;
    }

    /// <summary>The likeliest tokens, best first; of equals the lower id.</summary>
    public static int[] Top(ReadOnlySpan<float> logits, int count)
    {
        var best = new PriorityQueue<int, (float Logit, int Id)>();
        for (var id = 0; id < logits.Length; id++)
        {
            if (best.Count < count)
            {
                best.Enqueue(id, (logits[id], -id));
            }
            else if (best.TryPeek(out _, out var least) && logits[id] > least.Logit)
            {
                best.DequeueEnqueue(id, (logits[id], -id));
            }
        }

        var result = new int[best.Count];
        for (var i = result.Length - 1; i >= 0; i--)
        {
            result[i] = best.Dequeue();
        }

        return result;
    }

    /// <summary>How many tokens are likelier than one; of equals those with lower ids.</summary>
    public static int Rank(ReadOnlySpan<float> logits, int token)
    {
        var rank = 0;
        for (var id = 0; id < logits.Length; id++)
        {
            rank += logits[id] > logits[token] || (logits[id] == logits[token] && id < token) ? 1 : 0;
        }

        return rank;
    }
}
