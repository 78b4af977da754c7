using System.Diagnostics;
using Sequitur.Bench.Reports;
using Sequitur.Engine;
using Sequitur.Kernels.Programs;

namespace Sequitur.Bench;

/// <summary>
/// Where the time of a decode step and of a prefill goes: every kernel of the plan's program is run by itself, in order, with the threads of the whole.
/// </summary>
internal static class Profile
{
    private const int Prompt = 512;

    /// <summary>Measures and prints.</summary>
    public static int Run(BenchLine.Options options, TextWriter output)
    {
        Report.WriteMachine(Machine.Look(options.Wait), output);
        using var bench = new Workbench();
        foreach (var threads in bench.ThreadCounts)
        {
            using var engine = bench.Engine(threads);
            Show($"prefill of {Prompt} tokens", engine, OurSpeed.Prefill(engine, bench.Ids(Prompt)), runs: 3, output);
            Show("decode step behind 64 tokens", engine, OurSpeed.Decode(engine, bench.Ids(1), 64), runs: 30, output);
        }

        return 0;
    }

    // The plan keeps the inputs of its last run, so its kernels can be run again; they write what they wrote before.
    private static void Show(string what, InferenceEngine engine, double tokensPerSecond, int runs, TextWriter output)
    {
        var program = engine.Plan.Variant();
        var sizes = engine.Plan.Sizes;
        var whole = Best(program, engine, runs);
        var kernels = program.Phases.SelectMany(phase => phase)
            .Select(kernel => (Name: $"{kernel.Name} × {kernel.Items(sizes)}", Time: Best(new StepProgram([[kernel]]), engine, runs)))
            .GroupBy(kernel => kernel.Name)
            .Select(group => (Name: group.Key, Count: group.Count(), Time: group.Sum(kernel => kernel.Time)))
            .OrderByDescending(group => group.Time)
            .ToArray();
        var sum = kernels.Sum(group => group.Time);

        output.WriteLine();
        output.WriteLine($"{what}, {engine.Pool.Threads} threads: {Numbers.Format(tokensPerSecond)} tokens/s; a run of the program {Numbers.Format(whole)} µs, its kernels one by one {Numbers.Format(sum)} µs");
        output.WriteLine($"{"kernel × items",-48} {"kernels",8} {"µs",10} {"share",7}");
        foreach (var (name, count, time) in kernels.Where(group => group.Time > sum / 1000))
        {
            output.WriteLine($"{name,-48} {count,8} {Numbers.Format(time),10} {Numbers.Format(100 * time / sum),6}%");
        }
    }

    private static double Best(StepProgram program, InferenceEngine engine, int runs)
    {
        var best = double.MaxValue;
        for (var run = 0; run < runs; run++)
        {
            var start = Stopwatch.GetTimestamp();
            program.Run(engine.Pool, engine.Plan.Sizes);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        return best;
    }
}
