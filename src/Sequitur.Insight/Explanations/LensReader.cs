using Sequitur.Kernels.Numerics;

namespace Sequitur.Insight;

/// <summary>Reads the logit lens at several positions.</summary>
internal static class LensReader
{
    /// <summary>The best guesses at the last positions, at all depths.</summary>
    public static IReadOnlyList<LensColumn> Grid(Recording recording, int positions)
    {
        var first = Math.Max(0, recording.Tokens - positions);
        var columns = Enumerable.Range(first, recording.Tokens - first).Select(_ => new List<LensGuess>()).ToArray();
        new Lens(recording).Look([.. Enumerable.Range(first, columns.Length)], (depth, position, logits) =>
        {
            var best = Distributions.Top(logits, 1)[0];
            columns[position - first].Add(new(depth, best, Scalar.ExpDouble(Distributions.LogProbability(logits, best))));
        });
        return [.. columns.Select((rows, i) => new LensColumn(first + i, rows))];
    }
}
