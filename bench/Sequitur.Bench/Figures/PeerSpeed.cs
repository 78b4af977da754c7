using Sequitur.Bench.Peers;

namespace Sequitur.Bench.Figures;

/// <summary>
/// Tokens a second of the shipped model beside llama.cpp: same file, same threads, same run. Runs alternate, ours then the peer's, and each pair gives a ratio: what slows
/// the machine down for a while slows both down.
/// </summary>
[Figure("executor", "speed beside llama.cpp")]
internal sealed class PeerSpeed : IFigure
{
    private const int Prompt = 512;
    private const int Generate = 64;

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        var peer = LlamaCpp.Install(bench.Root, out var reason);
        return peer is null ? [Measurement.Skipped("speed beside llama.cpp", reason)] : bench.ThreadCounts.SelectMany(threads => Compare(bench, peer, threads));
    }

    private static IEnumerable<Measurement> Compare(Workbench bench, LlamaCpp peer, int threads)
    {
        try
        {
            return Pairs(bench, peer, threads).ToArray();
        }
        catch (PeerException failure)
        {
            return [Measurement.Skipped($"speed beside llama.cpp, {threads} threads", failure.Message)];
        }
    }

    private static IEnumerable<Measurement> Pairs(Workbench bench, LlamaCpp peer, int threads)
    {
        using var engine = bench.Engine(threads);
        var ids = bench.Ids(Prompt);
        (double Prefill, double Decode) Ours() => (OurSpeed.Prefill(engine, ids), OurSpeed.Decode(engine, ids[..1], Generate));
        (double Prefill, double Decode) Theirs(bool flash) => peer.Measure(bench.ModelPath, Prompt, Generate, threads, flash);

        Ours();
        var (off, on) = (Theirs(false), Theirs(true));
        var flash = (Prefill: on.Prefill > off.Prefill, Decode: on.Decode > off.Decode);
        var pairs = new List<(double OurPrefill, double TheirPrefill, double OurDecode, double TheirDecode)>();
        for (var pair = 0; pair < bench.Pairs; pair++)
        {
            var ours = Ours();
            var theirs = Theirs(flash.Prefill);
            var decode = flash.Decode == flash.Prefill ? theirs.Decode : Theirs(flash.Decode).Decode;
            pairs.Add((ours.Prefill, theirs.Prefill, ours.Decode, decode));
        }

        yield return Ratio($"prefill of {Prompt} tokens", threads, flash.Prefill, pairs.Select(p => (p.OurPrefill, p.TheirPrefill)));
        yield return Ratio($"decode of {Generate} tokens", threads, flash.Decode, pairs.Select(p => (p.OurDecode, p.TheirDecode)));
    }

    private static Measurement Ratio(string what, int threads, bool flash, IEnumerable<(double Ours, double Theirs)> pairs)
    {
        var all = pairs.ToArray();
        var (ours, theirs) = (new Sample(all.Select(p => p.Ours)), new Sample(all.Select(p => p.Theirs)));
        var ratio = new Sample(all.Select(p => p.Ours / p.Theirs));
        return Measurement.Reported(
            $"{what}, {threads} thread{(threads > 1 ? "s" : "")}",
            ratio.Median,
            "× llama.cpp",
            $"{ratio.Range} over {ratio.Count} pairs; ours {Numbers.Format(ours.Median)} tokens/s, theirs {Numbers.Format(theirs.Median)}{(flash ? ", flash on" : "")}");
    }
}
