using System.Diagnostics;
using Sequitur.Bench.Reports;
using Sequitur.Engine;
using Sequitur.Engine.Loading;
using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Programs;

namespace Sequitur.Bench;

/// <summary>
/// Where the time of a decode step and of a prefill goes: every kernel of the plan's program is run by itself, in order, with the threads of the whole.
/// </summary>
internal static class Profile
{
    private const int Prompt = 512;
    private const int Depth = 64;

    /// <summary>What is measured where nothing else is asked for.</summary>
    public static BenchLine.Options Defaults { get; } = new(null, false, 30, 0) { Markdown = false };

    /// <summary>Measures and prints.</summary>
    public static int Run(BenchLine.Options options, TextWriter output)
    {
        using var bench = new Workbench();
        var path = options.Model ?? bench.ModelPath;
        using var loaded = ModelLoader.Load(path);
        var write = options.Markdown == true ? ProfileTable.WriteMarkdown : (Action<ProfileTable, TextWriter>)ProfileTable.WritePlain;
        Report.WriteMachine(Machine.Look(options.Wait), output);
        output.WriteLine($"model      {Path.GetFileName(path)}");
        foreach (var threads in bench.ThreadCounts)
        {
            using var engine = new InferenceEngine(loaded.Model, new EngineOptions { Threads = threads, Context = Math.Min(loaded.Model.MaxPositions, 2 * Prompt) });
            var test = new SpeedTest(engine, loaded.Model.VocabularySize);
            test.Prompt(Prompt);
            test.Generate(Depth);
            write(Measure($"prefill of {Prompt} tokens", engine, test.Prompt(Prompt), runs: 5, cacheBytes: 0), output);
            write(Measure($"decode step behind {Depth} tokens", engine, test.Generate(Depth).TokensPerSecond, runs: 30, Depth * TokenBytes.OfCache(engine)), output);
        }

        return 0;
    }

    // The plan keeps the inputs of its last run, so its kernels can be run again; they write what they wrote before. Rounds go through all of them in order: each
    // finds its weights where a real run does, which is not in the processor's caches.
    private static ProfileTable Measure(string what, InferenceEngine engine, double tokensPerSecond, int runs, long cacheBytes)
    {
        var sizes = engine.Plan.Sizes;
        var program = engine.Plan.Variant();
        var whole = Enumerable.Range(0, runs).Min(_ => Microseconds(program, engine));
        Kernel[] kernels = [.. program.Phases.SelectMany(phase => phase)];
        var alone = kernels.Select(kernel => new StepProgram([[kernel]])).ToArray();
        var times = new double[alone.Length];
        Array.Fill(times, double.MaxValue);
        for (var run = 0; run < runs; run++)
        {
            for (var i = 0; i < alone.Length; i++)
            {
                times[i] = Math.Min(times[i], Microseconds(alone[i], engine));
            }
        }

        // What a step reads of the cache is shared alike by the attentions of its layers.
        var attentions = Math.Max(1, kernels.Count(kernel => kernel is AttentionKernel));
        var lines = kernels.Select((kernel, i) => (Name: $"{kernel.Name} × {kernel.Items(sizes)}", Bytes: kernel is AttentionKernel ? cacheBytes / attentions : kernel.WeightBytes, Time: times[i]))
            .GroupBy(kernel => kernel.Name)
            .Select(group => new ProfileLine(group.Key, group.Count(), group.Sum(kernel => kernel.Time), group.Sum(kernel => kernel.Bytes)))
            .OrderByDescending(line => line.Microseconds);
        return new(what, engine.Pool.Threads, tokensPerSecond, whole, [.. lines]);
    }

    private static double Microseconds(StepProgram program, InferenceEngine engine)
    {
        var start = Stopwatch.GetTimestamp();
        program.Run(engine.Pool, engine.Plan.Sizes);
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }
}
