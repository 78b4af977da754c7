using Sequitur.Bench.Peers;

namespace Sequitur.Bench.Figures;

/// <summary>Memory that a process holds behind a context of 4,096 tokens, less what it held before it opened the model, beside llama.cpp's; pages of the model's file count in both, as far as they are in the process.</summary>
[Figure("decode", Title)]
internal sealed class ResidentRatio : IFigure
{
    private const string Title = "resident memory beside llama.cpp";
    private const int Context = 4096;
    private const int Runs = 3;
    private const double Floor = 0.9;
    private const double Target = 0.7;

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        if (LlamaCpp.Install(bench.Root, out var reason) is not { } peer)
        {
            return [Measurement.Skipped(Title, reason)];
        }

        try
        {
            return Compare(bench, peer);
        }
        catch (PeerException failure)
        {
            return [Measurement.Skipped(Title, failure.Message)];
        }
    }

    private static IEnumerable<Measurement> Compare(Workbench bench, LlamaCpp peer)
    {
        var threads = bench.ThreadCounts[^1];
        // The peer makes room for 64 tokens more than it fills and generates, and so has the same context.
        var depth = Context - ResidentMemory.Decoded - 64;
        var (ends, peaks, texts) = (new List<double>(), new List<double>(), (End: "", Peak: ""));
        for (var run = 0; run < Runs; run++)
        {
            var ours = ResidentMemory.Measure(bench.ModelPath, Context, threads);
            var theirs = peer.ResidentBytes(bench.ModelPath, depth, ResidentMemory.Decoded, threads);
            ends.Add((double)(ours.Full - ours.Idle) / (theirs.Full - theirs.Idle));
            peaks.Add((double)(ours.Peak - ours.Idle) / (theirs.Peak - theirs.Idle));
            texts = ($"ours {Megabytes(ours.Full - ours.Idle)} MB, theirs {Megabytes(theirs.Full - theirs.Idle)}", $"ours {Megabytes(ours.Peak - ours.Idle)} MB, theirs {Megabytes(theirs.Peak - theirs.Idle)}");
        }

        var end = new Sample(ends);
        var what = $"SmolLM2 Q4_1, {Context} tokens, above an idle process";
        return
        [
            Measurement.AtMost(
                what, end.Max, "× llama.cpp", Floor, $"target {Numbers.Format(Target)} {(end.Max <= Target ? "reached" : "not reached")}; the largest of {Runs} pairs, {end.Range}; {texts.End}; flash on"),
            Measurement.Reported($"{what}, at most", new Sample(peaks).Max, "× llama.cpp", $"the processes' peaks; {texts.Peak}"),
        ];
    }

    private static string Megabytes(long bytes) => Numbers.Format(bytes / 1e6);
}
