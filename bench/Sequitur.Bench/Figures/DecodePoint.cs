using Sequitur.Bench.Peers;

namespace Sequitur.Bench.Figures;

/// <summary>
/// A point at which decoding is compared with llama.cpp's: same file, same threads, same run, at least ten alternating pairs, its better setting of fused attention. The floor is reached where the lower bound of the
/// 95 % interval of the ratio is above it. Each token of ours includes head and sampler; nothing is drafted.
/// </summary>
/// <param name="Format">The format of the file.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Floor">What must be reached.</param>
/// <param name="Target">What is aimed at.</param>
internal sealed record DecodePoint(string Format, int Threads, double Floor, double Target)
{
    /// <summary>Whether it is the model of a billion weights, not the shipped one.</summary>
    public bool IsLarge { get; init; }

    /// <summary>Tokens in the cache before; where there are any, processes fill it once and take turns.</summary>
    public int Depth { get; init; }

    /// <summary>Sequences at once.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Behind a filled cache: how many times processes are started.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>Tokens of a run.</summary>
    public int Generate { get; init; } = 64;

    /// <summary>What the row is called.</summary>
    public string Title =>
        $"{(IsLarge ? "1B" : "SmolLM2")} {Format}{(Batch > 1 ? $" in {Batch} sequences" : "")}{(Depth > 0 ? $" at {Depth}" : "")}, {Threads} thread{(Threads > 1 ? "s" : "")}";

    private SpeedSizes Sizes => new(Prompt: 1, Generate, Depth, Batch, Threads);

    /// <summary>Measures those points that are asked for.</summary>
    public static IEnumerable<Measurement> Measure(Workbench bench, string figure, IEnumerable<DecodePoint> points)
    {
        if (LlamaCpp.Install(bench.Root, out var reason) is not { } peer)
        {
            yield return Measurement.Skipped(figure, reason);
            yield break;
        }

        foreach (var point in points.Where(point => bench.Only.Takes(figure, point.Title)))
        {
            yield return point.Measure(bench, peer);
        }
    }

    private Measurement Measure(Workbench bench, LlamaCpp peer)
    {
        if (!bench.ThreadCounts.Contains(Threads))
        {
            return Measurement.Skipped(Title, "the machine has one processor");
        }

        try
        {
            using var pairs = new Workbench { Pairs = bench.EnoughPairs };
            var path = IsLarge ? bench.LargeModelIn(Format) : bench.ModelIn(Format);
            var decode = Depth > 0 ? TurnPairs.Measure(pairs, peer, path, Sizes, Rounds) : PeerPairs.Measure(pairs, peer, path, Sizes)[^1];
            var how = Depth > 0 ? $"; filled {(Rounds > 1 ? $"{Rounds} times" : "once")} by each process, which then take turns of {Generate} tokens" : "";
            var reached = decode.Ratio.GeometricMean >= Target ? "reached" : "not reached";
            return Measurement.AtLeast($"{Title}, lower bound", decode.Ratio.Interval!.Value.From, "× llama.cpp", Floor, $"target {Numbers.Format(Target)} {reached}; {decode.Note}{how}");
        }
        catch (PeerException failure)
        {
            return Measurement.Skipped(Title, failure.Message);
        }
    }
}
