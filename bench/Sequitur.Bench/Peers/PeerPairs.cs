using Sequitur.Bench.Figures;
using Sequitur.Engine;

namespace Sequitur.Bench.Peers;

/// <summary>Speeds of one thing in runs that alternate, ours then the peer's; each pair gives a ratio: what slows the machine down for a while slows both down.</summary>
/// <param name="What">What ran, and with how many threads.</param>
/// <param name="Ours">Our tokens a second, pair by pair.</param>
/// <param name="Theirs">The peer's, pair by pair.</param>
/// <param name="Flash">Whether the peer was faster with fused attention, and so used it.</param>
internal sealed record PeerPairs(string What, IReadOnlyList<double> Ours, IReadOnlyList<double> Theirs, bool Flash)
{
    private const int Prompt = 512;
    private const int Generate = 64;

    /// <summary>Ours as a multiple of the peer's.</summary>
    public Sample Ratio { get; } = new(Ours.Zip(Theirs, (ours, theirs) => ours / theirs));

    /// <summary>Spread and speeds.</summary>
    public string Note =>
        $"{Ratio.Range} over {Ratio.Count} pairs; ours {Numbers.Format(new Sample(Ours).Median)} tokens/s, theirs {Numbers.Format(new Sample(Theirs).Median)}{(Flash ? ", flash on" : "")}";

    /// <summary>A prefill of 512 tokens, and 64 tokens decoded from an empty context.</summary>
    /// <param name="bench">How many pairs.</param>
    /// <param name="peer">The peer, with the better setting of fused attention for each of the two.</param>
    /// <param name="path">The model's file, for both.</param>
    /// <param name="model">The same, opened.</param>
    /// <param name="threads">Threads, of both.</param>
    /// <exception cref="PeerException">The peer failed.</exception>
    public static IReadOnlyList<PeerPairs> Measure(Workbench bench, LlamaCpp peer, string path, Models.Model model, int threads)
    {
        using var engine = new InferenceEngine(model, new EngineOptions { Threads = threads });
        var ids = bench.Ids(Prompt);
        (double Prefill, double Decode) Ours() => (OurSpeed.Prefill(engine, ids), OurSpeed.Decode(engine, ids[..1], Generate));

        Ours();
        var (off, on) = (peer.Measure(path, Prompt, Generate, threads, false), peer.Measure(path, Prompt, Generate, threads, true));
        var flash = (Prefill: on.Prefill > off.Prefill, Decode: on.Decode > off.Decode);
        var (ours, theirs) = (new List<(double Prefill, double Decode)>(), new List<(double Prefill, double Decode)>());
        for (var pair = 0; pair < bench.Pairs; pair++)
        {
            ours.Add(Ours());
            theirs.Add(flash.Prefill == flash.Decode
                ? peer.Measure(path, Prompt, Generate, threads, flash.Decode)
                : (peer.Measure(path, Prompt, 0, threads, flash.Prefill).Prefill, peer.Measure(path, 0, Generate, threads, flash.Decode).Decode));
        }

        var with = $"{threads} thread{(threads > 1 ? "s" : "")}";
        return
        [
            new($"prefill of {Prompt} tokens, {with}", [.. ours.Select(run => run.Prefill)], [.. theirs.Select(run => run.Prefill)], flash.Prefill),
            new($"decode of {Generate} tokens, {with}", [.. ours.Select(run => run.Decode)], [.. theirs.Select(run => run.Decode)], flash.Decode),
        ];
    }

    /// <summary>Measures with the peer, for each number of threads; or says why that cannot be.</summary>
    /// <param name="bench">Where the peer is.</param>
    /// <param name="what">What is measured, for a row that is skipped.</param>
    /// <param name="path">The model's file.</param>
    /// <param name="model">The same, opened.</param>
    /// <param name="judge">Makes a row of what was measured.</param>
    public static IEnumerable<Measurement> Rows(Workbench bench, string what, string path, Models.Model model, Func<PeerPairs, Measurement> judge)
    {
        if (LlamaCpp.Install(bench.Root, out var reason) is not { } peer)
        {
            yield return Measurement.Skipped(what, reason);
            yield break;
        }

        foreach (var threads in bench.ThreadCounts)
        {
            foreach (var row in Judge(threads))
            {
                yield return row;
            }
        }

        Measurement[] Judge(int threads)
        {
            try
            {
                return [.. Measure(bench, peer, path, model, threads).Select(judge)];
            }
            catch (PeerException failure)
            {
                return [Measurement.Skipped($"{what}, {threads} threads", failure.Message)];
            }
        }
    }
}
