using System.Diagnostics;
using Sequitur.Engine;
using Sequitur.Engine.Loading;
using Sequitur.Kernels;
using Sequitur.Kernels.Measure;

namespace Sequitur.Bench.Figures;

/// <summary>
/// How much of the speed at which memory can be read decoding reaches: bytes of weights and of the cache that a token reads, by the time that it takes, beside what the same threads read of a buffer far beyond the caches
/// in the moment before or behind it, at best. The lower bound of the 95 % interval is judged; beside it stands the share of what all passes over the buffer reach together, as decoding is counted.
/// </summary>
[Figure("decode", Title)]
internal sealed class BandwidthShare : IFigure
{
    private const string Title = "share of the memory's speed";
    private const int Threads = 2;
    private const int Context = 512;
    private const int Generate = 64;
    private const double ReadSeconds = 0.3;
    private const double WarmUpSeconds = 2;
    private const long LeastBytes = 256L << 20;

    private static readonly Point[] Points =
    [
        new(false, "Q4_1", 65, 85),
        new(false, "Q4_0", null, 90),
        new(false, "Q8_0", null, 90),
        new(false, "F16", null, 90),
        new(true, "Q4_0", 90, 95),
        new(true, "Q4_K_M", 90, 95),
        new(true, "Q8_0", 90, 95),
    ];

    public static IReadOnlyList<string> Rows => [.. Points.Select(point => point.Title)];

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        foreach (var point in Points.Where(point => bench.Only.Takes(Title, point.Title)))
        {
            yield return bench.ThreadCounts.Contains(Threads) ? Measure(bench, point) : Measurement.Skipped(point.Title, "the machine has one processor");
        }
    }

    private static Measurement Measure(Workbench bench, Point point)
    {
        using var loaded = ModelLoader.Load(point.IsLarge ? bench.LargeModelIn(point.Format) : bench.ModelIn(point.Format));
        using var engine = new InferenceEngine(loaded.Model, new EngineOptions { Threads = Threads, Context = Context });
        var test = new SpeedTest(engine, loaded.Model.VocabularySize);
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds;)
        {
            test.Generate(Generate);
        }

        // The i-th token reads i positions of the cache.
        var weights = engine.Plan.Variant().Phases.SelectMany(phase => phase).Sum(kernel => kernel.WeightBytes);
        var bytes = weights + (TokenBytes.OfCache(engine) * (Generate + 1) / 2);
        using var buffer = MachineSpeed.Source(Math.Max(LeastBytes, 4 * new SystemFacts().Caches.Select(cache => cache.Bytes).DefaultIfEmpty(0).Max()));
        var memory = new MachineSpeed(engine.Pool, Processor.Detected, ReadSeconds);
        (double Best, double Sustained) Read() => memory.ReadSpeeds(buffer.Region);
        double Decode() => bytes * test.Generate(Generate).TokensPerSecond;
        var (reads, shares, ofSustained) = (new List<double>(), new List<double>(), new List<double>());
        for (var pair = 0; pair < bench.EnoughPairs; pair++)
        {
            // The order changes, since what comes first may find a cooler or a busier machine.
            var before = pair % 2 == 0 ? Read() : default;
            var decoded = Decode();
            var (best, sustained) = pair % 2 == 0 ? before : Read();
            reads.Add(best);
            shares.Add(100 * decoded / best);
            ofSustained.Add(100 * decoded / sustained);
        }

        var share = new Sample(shares);
        var (from, to) = share.Interval!.Value;
        var note = $"target {Numbers.Format(point.Target)} {(share.GeometricMean >= point.Target ? "reached" : "not reached")}; 95 % of means {Numbers.Format(from)} – {Numbers.Format(to)} over {share.Count} pairs; "
            + $"{Numbers.Format(bytes / 1e6)} MB a token; {Numbers.Format(new Sample(reads).Median / 1e9)} GB/s read of {Numbers.Format(buffer.Region.Bytes / 1e6)} MB; of all passes together {Numbers.Format(new Sample(ofSustained).GeometricMean)} %";
        const string Unit = "% of the memory's speed";
        return point.Floor is { } floor ? Measurement.AtLeast($"{point.Title}, lower bound", from, Unit, floor, note) : Measurement.Reported(point.Title, share.GeometricMean, Unit, note);
    }

    /// <summary>What is measured, and what shall be reached; where the floor is null, nothing is claimed.</summary>
    private sealed record Point(bool IsLarge, string Format, double? Floor, double Target)
    {
        public string Title => $"{(IsLarge ? "1B" : "SmolLM2")} {Format}, {Threads} threads";
    }
}
