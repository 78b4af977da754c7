using Sequitur.Bench.Peers;

namespace Sequitur.Bench.Figures;

/// <summary>
/// From a file that the system has in memory to an engine that can begin, at a context of 4,096, inside the process: packing and plan of ours, repacking and context of llama.cpp's, neither with the start of its process.
/// Engines of ours take ids, so what is judged is without the vocabulary, which llama.cpp always reads; beside it is reported what <c>run</c> takes, with vocabulary and template.
/// </summary>
[Figure("decode", Title)]
internal sealed class LoadTime : IFigure
{
    private const string Title = "load and pack beside llama.cpp";
    private const int Context = 4096;
    private const double Floor = 0.8;
    private const double Target = 0.5;

    private static readonly Point[] Points = [new(null, true), new(null, true) { IsWithText = true }, new(null, false), new("Q4_0", true), new("Q4_K_M", true), new("Q8_0", true)];

    public static IReadOnlyList<string> Rows => [.. Points.Select(point => point.Title)];

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        if (LlamaCpp.Install(bench.Root, out var reason) is not { } peer)
        {
            yield return Measurement.Skipped(Title, reason);
            yield break;
        }

        foreach (var point in Points.Where(point => bench.Only.Takes(Title, point.Title)))
        {
            yield return Measure(bench, peer, point);
        }
    }

    private static Measurement Measure(Workbench bench, LlamaCpp peer, Point point)
    {
        if (point.IsPublished && bench.Published.Failure is { } failure)
        {
            return Measurement.Skipped(point.Title, failure);
        }

        Func<IReadOnlyList<string>, (int, string, string)> run = point.IsPublished ? arguments => bench.Published.Run(arguments) : arguments => SequiturProgram.Run(bench.Root, arguments);
        try
        {
            var path = point.LargeFormat is { } format ? bench.LargeModelIn(format) : bench.ModelPath;
            var threads = bench.ThreadCounts[^1];
            double Ours() => point.IsWithText ? SequiturProgram.TextLoadSeconds(run, path, Context, threads) : SequiturProgram.LoadSeconds(run, path, Context, threads);
            double Theirs() => peer.LoadSeconds(path, Context, threads);
            _ = (Ours(), Theirs()); // brings the file into the system's memory
            var (ours, theirs, ratios) = (new List<double>(), new List<double>(), new List<double>());
            for (var pair = 0; pair < bench.EnoughPairs; pair++)
            {
                ours.Add(Ours());
                theirs.Add(Theirs());
                ratios.Add(ours[^1] / theirs[^1]);
            }

            var ratio = new Sample(ratios);
            var (from, to) = ratio.Interval!.Value;
            var note = $"95 % of means {Numbers.Format(from)} – {Numbers.Format(to)} over {ratio.Count} pairs; ours {Milliseconds(ours)} ms, theirs {Milliseconds(theirs)}; {threads} thread{(threads > 1 ? "s" : "")}";
            return point.IsJudged
                ? Measurement.AtMost($"{point.Title}, upper bound", to, "× llama.cpp", Floor, $"target {Numbers.Format(Target)} {(ratio.GeometricMean <= Target ? "reached" : "not reached")}; {note}")
                : Measurement.Reported(point.Title, ratio.GeometricMean, "× llama.cpp", note);
        }
        catch (PeerException problem)
        {
            return Measurement.Skipped(point.Title, problem.Message);
        }
    }

    private static string Milliseconds(List<double> seconds) => Numbers.Format(1000 * new Sample(seconds).Median);

    /// <summary>What is loaded, and by which program; the shipped model by the published one is judged.</summary>
    private sealed record Point(string? LargeFormat, bool IsPublished)
    {
        /// <summary>Whether vocabulary and template are read, too.</summary>
        public bool IsWithText { get; init; }

        public string Title => $"{(LargeFormat is null ? "SmolLM2 Q4_1" : $"1B {LargeFormat}")}, {(IsPublished ? "published" : "plain build")}{(IsWithText ? ", with vocabulary and template" : "")}";

        public bool IsJudged => LargeFormat is null && IsPublished && !IsWithText;
    }
}
