using System.Globalization;
using Sequitur.Bench.Figures;
using Sequitur.Bench.Reports;

namespace Sequitur.Bench.Peers;

/// <summary><c>make.cs peers</c>: our program and llama.cpp in turn, in pairs of processes; the ratio of speeds with its confidence interval.</summary>
internal static class PeerLine
{
    private const int Failed = 1;

    /// <summary>What is measured where nothing else is asked for.</summary>
    public static BenchLine.Options Defaults { get; } = new(null, false, 60, Workbench.LeastPairs) { Sizes = new(512, 128, 0, 1, Math.Min(Environment.ProcessorCount, 2)) };

    /// <summary>Measures and prints.</summary>
    /// <returns>0; 1 if the machine is busy, or the peer cannot be had or fails.</returns>
    public static int Run(BenchLine.Options options, TextWriter output, TextWriter error)
    {
        if (options.Topic is not null)
        {
            throw new UsageException($"peers has no topics: {options.Topic}");
        }

        if (options.Pairs < Workbench.LeastPairs)
        {
            error.WriteLine($"warning: {options.Pairs} pairs say little; {Workbench.LeastPairs} are usual");
        }

        using var bench = new Workbench { Pairs = options.Pairs };
        if (LlamaCpp.Install(bench.Root, out var reason) is not { } peer)
        {
            error.WriteLine($"error: llama.cpp cannot be run here: {reason}");
            return Failed;
        }

        var machine = Machine.Look(options.Wait);
        if (machine.IsNoisy && !options.Busy)
        {
            error.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"error: the machine is busy with other things ({machine.Busy * 100:F0} % of its processors after {options.Wait} s of waiting): stop them, give a longer --wait, or measure all the same with --busy"));
            return Failed;
        }

        try
        {
            var pairs = PeerPairs.Measure(bench, peer, Path.GetFullPath(options.Model ?? bench.ModelPath), options.Sizes!);
            var rows = pairs.Select(pair => new Row("peers", "speed beside llama.cpp", Measurement.Reported(pair.What, pair.Ratio.GeometricMean, "× llama.cpp", pair.Note)));
            var report = new Report(DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), machine, [.. rows]);
            Action<TextWriter> write = options.Json ? report.WriteJson : report.WriteTable;
            write(output);
            return 0;
        }
        catch (PeerException failure)
        {
            error.WriteLine($"error: {failure.Message}");
            return Failed;
        }
    }
}
