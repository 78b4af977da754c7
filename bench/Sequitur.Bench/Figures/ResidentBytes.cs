using Sequitur.Bench.Peers;

namespace Sequitur.Bench.Figures;

/// <summary>Memory that a context of 4,096 tokens takes, above what an idle process holds; pages of the model's file that were read count.</summary>
[Figure("contract", "resident memory")]
internal sealed class ResidentBytes : IFigure
{
    private const int Context = 4096;
    private const double Million = 1e6;

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        var threads = bench.ThreadCounts[^1];
        var (idle, full, peak) = ResidentMemory.Measure(bench.ModelPath, Context, threads);
        var file = new FileInfo(bench.ModelPath).Length;
        yield return Measurement.Reported(
            $"resident memory at {Context} tokens, above an idle process",
            (full - idle) / Million,
            "MB",
            $"idle {Numbers.Format(idle / Million)}, at most {Numbers.Format(peak / Million)} in all; the model's file has {Numbers.Format(file / Million)}");
        yield return Peer(bench, threads);
    }

    private static Measurement Peer(Workbench bench, int threads)
    {
        const string What = "llama.cpp's process at the same context, at most";
        if (LlamaCpp.Install(bench.Root, out var reason) is not { } peer)
        {
            return Measurement.Skipped(What, reason);
        }

        try
        {
            // The peer makes room for 64 tokens more than it fills and generates.
            var depth = Context - ResidentMemory.Decoded - 64;
            return Measurement.Reported(What, peer.PeakBytes(bench.ModelPath, depth, ResidentMemory.Decoded, threads) / Million, "MB", "flash on; the whole process");
        }
        catch (PeerException failure)
        {
            return Measurement.Skipped(What, failure.Message);
        }
    }
}
