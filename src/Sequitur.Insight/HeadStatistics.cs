using Sequitur.Kernels.Numerics;

namespace Sequitur.Insight;

/// <summary>What the heads of a layer do, over all positions of a prompt; natural logarithms.</summary>
public sealed record HeadStatistics
{
    /// <summary>Entropy of each query's weights, of the queries that were asked for, <c>[heads][queries]</c>: 0 looks at one position, ln n evenly at n.</summary>
    public required double[][] Entropy { get; init; }

    /// <summary>The weight of the first position, <c>[heads][tokens]</c>.</summary>
    public required double[][] First { get; init; }

    /// <summary>The mean weight of the position before, over all queries that have one, <c>[heads]</c>.</summary>
    public required double[] Previous { get; init; }

    /// <summary>The mean weight of a query's own position, <c>[heads]</c>.</summary>
    public required double[] Self { get; init; }

    /// <summary>The mean distance to what is looked at, in positions, <c>[heads]</c>.</summary>
    public required double[] Distance { get; init; }

    /// <summary>The statistics of a layer's weights.</summary>
    /// <param name="weights"><c>[tokens, heads, tokens]</c>, from <see cref="AttentionMaps"/>.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="entropies">Queries, the last ones, whose entropy is wanted, all by default: logarithms take most of the time.</param>
    public static HeadStatistics Of(ReadOnlySpan<float> weights, int heads, int entropies = int.MaxValue)
    {
        var tokens = Tokens(weights, heads);
        var queries = Math.Min(entropies, tokens);
        var (entropy, first) = (Table(heads, queries), Table(heads, tokens));
        var (previous, self, distance) = (new double[heads], new double[heads], new double[heads]);
        for (var t = 0; t < tokens; t++)
        {
            for (var h = 0; h < heads; h++)
            {
                var row = weights.Slice(((t * heads) + h) * tokens, tokens);
                for (var j = 0; j < tokens && t >= tokens - queries; j++)
                {
                    entropy[h][t - tokens + queries] -= row[j] > 0 ? row[j] * Scalar.LogDouble(row[j]) : 0;
                }

                for (var j = 0; j < tokens; j++)
                {
                    distance[h] += row[j] * (double)(t - j) / tokens;
                }

                first[h][t] = row[0];
                self[h] += (double)row[t] / tokens;
                previous[h] += t > 0 ? (double)row[t - 1] / (tokens - 1) : 0;
            }
        }

        return new() { Entropy = entropy, First = first, Previous = previous, Self = self, Distance = distance };
    }

    internal static int Tokens(ReadOnlySpan<float> weights, int heads) => (int)Math.Round(Math.Sqrt(weights.Length / (double)heads));

    private static double[][] Table(int rows, int columns) => [.. Enumerable.Range(0, rows).Select(_ => new double[columns])];
}

/// <summary>
/// How heads complete repetitions, on random tokens that come twice, <c>[heads]</c> (Olsson et al. 2022, "In-context Learning and Induction Heads").
/// </summary>
/// <param name="Duplicate">The mean weight of the token's first occurrence.</param>
/// <param name="Induction">The mean weight of what followed the first occurrence.</param>
/// <param name="Previous">The mean weight of the position before.</param>
public sealed record InductionScores(double[] Duplicate, double[] Induction, double[] Previous)
{
    /// <summary>The scores of a layer.</summary>
    /// <param name="weights"><c>[2n, heads, 2n]</c> of n distinct tokens, twice.</param>
    /// <param name="heads">Heads.</param>
    public static InductionScores Of(ReadOnlySpan<float> weights, int heads)
    {
        var tokens = HeadStatistics.Tokens(weights, heads);
        var n = tokens / 2;
        var scores = new InductionScores(new double[heads], new double[heads], new double[heads]);
        for (var h = 0; h < heads; h++)
        {
            for (var t = 1; t < tokens; t++)
            {
                var row = weights.Slice(((t * heads) + h) * tokens, tokens);
                scores.Previous[h] += (double)row[t - 1] / (tokens - 1);
                scores.Duplicate[h] += t >= n ? (double)row[t - n] / n : 0;
                scores.Induction[h] += t >= n ? (double)row[t - n + 1] / n : 0;
            }
        }

        return scores;
    }
}

/// <summary>Attention rollout (Abnar and Zuidema 2020, arXiv:2005.00928): how much of each position reaches each position through all layers, residual stream included.</summary>
public sealed class Rollout(int tokens)
{
    private double[] _rows = Identity(tokens);

    /// <summary>What has reached where so far, <c>[tokens, tokens]</c>: row t says where position t comes from.</summary>
    public IReadOnlyList<double> Rows => _rows;

    /// <summary>Goes through a layer with weights <c>[tokens, heads, tokens]</c>.</summary>
    public void Add(ReadOnlySpan<float> weights, int heads)
    {
        var result = new double[tokens * tokens];
        var mixed = new double[tokens];
        for (var t = 0; t < tokens; t++)
        {
            Mix(weights.Slice(t * heads * tokens, heads * tokens), heads, t, mixed);
            for (var j = 0; j < tokens; j++)
            {
                for (var i = 0; mixed[j] != 0 && i < tokens; i++)
                {
                    result[(t * tokens) + i] += mixed[j] * _rows[(j * tokens) + i];
                }
            }
        }

        _rows = result;
    }

    private void Mix(ReadOnlySpan<float> weights, int heads, int t, double[] mixed)
    {
        Array.Clear(mixed);
        for (var h = 0; h < heads; h++)
        {
            for (var j = 0; j < tokens; j++)
            {
                mixed[j] += (double)weights[(h * tokens) + j] / heads;
            }
        }

        mixed[t] += 1;
        var sum = mixed.Sum();
        for (var j = 0; j < tokens; j++)
        {
            mixed[j] /= sum;
        }
    }

    private static double[] Identity(int tokens)
    {
        var result = new double[tokens * tokens];
        for (var t = 0; t < tokens; t++)
        {
            result[(t * tokens) + t] = 1;
        }

        return result;
    }
}
