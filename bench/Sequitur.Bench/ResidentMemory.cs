using System.Diagnostics;
using System.Globalization;
using Sequitur.Engine;
using Sequitur.Engine.Loading;

namespace Sequitur.Bench;

/// <summary>
/// Memory of a process that fills a context: a process of its own (the bench, called with <see cref="Command"/>), since nothing that was measured before may count.
/// </summary>
internal static class ResidentMemory
{
    /// <summary>The bench's hidden command: <c>resident-memory MODEL CONTEXT THREADS</c>.</summary>
    public const string Command = "resident-memory";

    /// <summary>Tokens decoded at the context's end.</summary>
    public const int Decoded = 64;

    /// <summary>Resident bytes, before the model is opened, at the end, and at most, in a new process.</summary>
    /// <exception cref="SequiturException">The process failed.</exception>
    public static (long Idle, long Full, long Peak) Measure(string model, int context, int threads)
    {
        var (program, arguments) = ChildProcess.Self(Command, model, Text(context), Text(threads));
        var (code, output, error) = ChildProcess.Run(program, arguments, TimeSpan.FromMinutes(5));
        return code == 0 && output.Split() is [var idle, var full, var peak, ..]
            ? (Number(idle), Number(full), Number(peak))
            : throw new SequiturException($"{Command} failed: {ChildProcess.LastLine(error)}");
    }

    /// <summary>What the new process does: prints the three numbers.</summary>
    /// <returns>The exit code.</returns>
    public static int Print(string model, string context, string threads, TextWriter output)
    {
        var idle = Resident().Now;
        var positions = (int)Number(context);
        using var text = TextModel.Load(model);
        using var engine = new InferenceEngine(text.Loaded.Model, new EngineOptions { Threads = (int)Number(threads), Context = positions });
        var ids = Enumerable.Range(0, positions - Decoded).Select(i => 100 + (i * 37 % 20_000)).ToArray();
        var generation = engine.Submit(new Request { Ids = ids, MaxTokens = Decoded });
        while (!generation.IsFinished)
        {
            engine.Step();
        }

        if (generation.Error is { } error)
        {
            throw error;
        }

        var (full, peak) = Resident();
        output.WriteLine(string.Join(' ', Text(idle), Text(full), Text(peak)));
        return 0;
    }

    private static (long Now, long Peak) Resident()
    {
        using var self = Process.GetCurrentProcess();
        return (self.WorkingSet64, self.PeakWorkingSet64);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
