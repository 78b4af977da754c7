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
            var test = new SpeedTest(engine, bench.Model.Loaded.Model.VocabularySize);
            test.Prompt(Prompt);
            test.Generate(64);
            Show($"prefill of {Prompt} tokens", engine, test.Prompt(Prompt), runs: 5, output);
            Show("decode step behind 64 tokens", engine, test.Generate(64).TokensPerSecond, runs: 30, output);
        }

        return 0;
    }

    // The plan keeps the inputs of its last run, so its kernels can be run again; they write what they wrote before. Rounds go through all of them in order: each
    // finds its weights where a real run does, which is not in the processor's caches.
    private static void Show(string what, InferenceEngine engine, double tokensPerSecond, int runs, TextWriter output)
    {
        var sizes = engine.Plan.Sizes;
        var program = engine.Plan.Variant();
        var whole = Enumerable.Range(0, runs).Min(_ => Microseconds(program, engine));
        var alone = program.Phases.SelectMany(phase => phase)
            .Select(kernel => (Name: $"{kernel.Name} × {kernel.Items(sizes)}", kernel.WeightBytes, Program: new StepProgram([[kernel]]))).ToArray();
        var times = new double[alone.Length];
        Array.Fill(times, double.MaxValue);
        for (var run = 0; run < runs; run++)
        {
            for (var i = 0; i < alone.Length; i++)
            {
                times[i] = Math.Min(times[i], Microseconds(alone[i].Program, engine));
            }
        }

        var kernels = alone.Select((kernel, i) => (kernel.Name, kernel.WeightBytes, Time: times[i])).GroupBy(kernel => kernel.Name)
            .Select(group => (Name: group.Key, Count: group.Count(), Bytes: group.Sum(kernel => kernel.WeightBytes), Time: group.Sum(kernel => kernel.Time)))
            .OrderByDescending(group => group.Time).ToArray();
        var sum = times.Sum();
        output.WriteLine();
        output.WriteLine($"{what}, {engine.Pool.Threads} thread{(engine.Pool.Threads > 1 ? "s" : "")}: {Numbers.Format(tokensPerSecond)} tokens/s; "
            + $"the program {Numbers.Format(whole)} µs, its kernels one by one {Numbers.Format(sum)} µs");
        output.WriteLine($"{"kernel × items",-48} {"kernels",8} {"µs",10} {"share",7} {"MB read",9} {"GB/s",7}");
        foreach (var (name, count, bytes, time) in kernels.Where(group => group.Time > sum / 1000))
        {
            output.WriteLine($"{name,-48} {count,8} {Numbers.Format(time),10} {Numbers.Format(100 * time / sum),6}%"
                + (bytes > 0 ? $" {Numbers.Format(bytes / 1e6),9} {Numbers.Format(bytes / 1e3 / time),7}" : ""));
        }
    }

    private static double Microseconds(StepProgram program, InferenceEngine engine)
    {
        var start = Stopwatch.GetTimestamp();
        program.Run(engine.Pool, engine.Plan.Sizes);
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }
}
