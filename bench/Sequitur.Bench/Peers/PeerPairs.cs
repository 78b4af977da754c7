using Sequitur.Bench.Figures;

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
        $"{(Ratio.Interval is { } interval ? $"95 % of means {Numbers.Format(interval.From)} – {Numbers.Format(interval.To)}; " : "")}{Ratio.Range} over {Ratio.Count} pairs; ours {Numbers.Format(new Sample(Ours).Median)} tokens/s, theirs {Numbers.Format(new Sample(Theirs).Median)}{(Flash ? ", flash on" : "")}";

    /// <summary>A prompt, and tokens that are generated, in processes that alternate.</summary>
    /// <param name="bench">How many pairs.</param>
    /// <param name="peer">The peer, with the better setting of fused attention for each of the two.</param>
    /// <param name="path">The model's file, for both.</param>
    /// <param name="sizes">What is measured. At a depth or with a batch only the generation: the peer's prompts know neither.</param>
    /// <exception cref="PeerException">One of them failed.</exception>
    public static IReadOnlyList<PeerPairs> Measure(Workbench bench, LlamaCpp peer, string path, SpeedSizes sizes)
    {
        var (off, on) = (peer.Measure(path, sizes, false), peer.Measure(path, sizes, true));
        // The speed of a prompt of one token says nothing of its own, and needs no process of its own.
        var faster = on.Decode > off.Decode;
        var flash = (Prefill: sizes.Prompt > 1 ? on.Prefill > off.Prefill : faster, Decode: faster);
        var (ours, theirs) = (new List<(double Prefill, double Decode)>(), new List<(double Prefill, double Decode)>());
        for (var pair = 0; pair < bench.Pairs; pair++)
        {
            ours.Add(SequiturProgram.Measure(bench.Root, path, sizes));
            theirs.Add(flash.Prefill == flash.Decode
                ? peer.Measure(path, sizes, flash.Decode)
                : (peer.Measure(path, sizes with { Generate = 0 }, flash.Prefill).Prefill, peer.Measure(path, sizes with { Prompt = 0 }, flash.Decode).Decode));
        }

        var decode = new PeerPairs(Decode(sizes), [.. ours.Select(run => run.Decode)], [.. theirs.Select(run => run.Decode)], flash.Decode);
        return sizes is { Depth: 0, Batch: 1 }
            ? [new($"prefill of {sizes.Prompt} tokens, {Threads(sizes)}", [.. ours.Select(run => run.Prefill)], [.. theirs.Select(run => run.Prefill)], flash.Prefill), decode]
            : [decode];
    }

    /// <summary>What a decode of some sizes is called.</summary>
    public static string Decode(SpeedSizes sizes) =>
        $"decode of {sizes.Generate} tokens{(sizes.Batch > 1 ? $" in {sizes.Batch} sequences each" : "")}{(sizes.Depth > 0 ? $" at {sizes.Depth}" : "")}, {Threads(sizes)}";

    /// <summary>Measures with the peer, for each number of threads; or says why that cannot be.</summary>
    /// <param name="bench">Where the peer is.</param>
    /// <param name="what">What is measured, for a row that is skipped.</param>
    /// <param name="path">The model's file.</param>
    /// <param name="judge">Makes a row of what was measured.</param>
    public static IEnumerable<Measurement> Rows(Workbench bench, string what, string path, Func<PeerPairs, Measurement> judge)
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
                return [.. Measure(bench, peer, path, new SpeedSizes(Prompt, Generate, 0, 1, threads)).Select(judge)];
            }
            catch (PeerException failure)
            {
                return [Measurement.Skipped($"{what}, {threads} threads", failure.Message)];
            }
        }
    }

    private static string Threads(SpeedSizes sizes) => $"{sizes.Threads} thread{(sizes.Threads > 1 ? "s" : "")}";
}
