using Sequitur.Bench.Peers;

namespace Sequitur.Bench.Figures;

/// <summary>
/// Tokens a second beside llama.cpp, one sequence and several: same file, same threads, same run, at least ten alternating pairs, its better setting of fused attention.
/// A floor is reached where the lower bound of the 95 % interval of the ratio is above it. Each token of ours includes head and sampler; nothing is drafted.
/// </summary>
[Figure("decode", Title)]
internal sealed class DecodeSpeed : IFigure
{
    private const string Title = "decode beside llama.cpp";

    private static readonly Point[] Points =
    [
        new("Q4_1", 0, 1, 1, 1.5, 2.2),
        new("Q4_1", 0, 1, 2, 1.3, 1.9),
        new("Q4_0", 0, 1, 1, 1.25, 1.7),
        new("Q4_0", 0, 1, 2, 1.15, 1.6),
        new("Q8_0", 0, 1, 1, 1.25, 1.7),
        new("Q8_0", 0, 1, 2, 1.15, 1.6),
        new("F16", 0, 1, 1, 1.25, 1.7),
        new("F16", 0, 1, 2, 1.15, 1.6),
        new("Q4_1", 1024, 1, 2, 1.4, 1.9),
        new("Q4_1", 4096, 1, 2, 1.7, 2.6),
        new("Q4_1", 0, 4, 2, 1.5, 3),
        new("Q4_1", 0, 8, 2, 2, 3),
    ];

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        if (LlamaCpp.Install(bench.Root, out var reason) is not { } peer)
        {
            return [Measurement.Skipped(Title, reason)];
        }

        using var pairs = new Workbench { Pairs = Math.Max(bench.Pairs, Workbench.LeastPairs) };
        return [.. Points.Select(point => Measure(pairs, peer, point))];
    }

    private static Measurement Measure(Workbench bench, LlamaCpp peer, Point point)
    {
        if (!bench.ThreadCounts.Contains(point.Threads))
        {
            return Measurement.Skipped($"{point.Format}, {point.Threads} threads", "the machine has one processor");
        }

        try
        {
            var sizes = new SpeedSizes(Prompt: 1, Generate: 64, point.Depth, point.Batch, point.Threads);
            var decode = PeerPairs.Measure(bench, peer, bench.ModelIn(point.Format), sizes)[^1];
            var (from, _) = decode.Ratio.Interval!.Value;
            var reached = decode.Ratio.GeometricMean >= point.Target ? "reached" : "not reached";
            return Measurement.AtLeast($"{point.Format}, {decode.What}, lower bound", from, "× llama.cpp", point.Floor, $"target {Numbers.Format(point.Target)} {reached}; {decode.Note}");
        }
        catch (PeerException failure)
        {
            return Measurement.Skipped($"{point.Format}, {point.Threads} threads at {point.Depth}, {point.Batch} sequences", failure.Message);
        }
    }

    /// <summary>What is compared, and what shall be reached.</summary>
    private sealed record Point(string Format, int Depth, int Batch, int Threads, double Floor, double Target);
}
