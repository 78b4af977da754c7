using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Sequitur.Fuzz;

/// <summary>An input that went wrong.</summary>
/// <param name="Number">Its number: <see cref="Inputs.Make"/> makes it again.</param>
/// <param name="What">What happened.</param>
/// <param name="IsDeath">Whether the process died of it, or never came back.</param>
public sealed record Failure(long Number, string What, bool IsDeath);

/// <summary>What many inputs of a target came to.</summary>
/// <param name="Inputs">How many were tried.</param>
/// <param name="Refused">How many of them were refused.</param>
/// <param name="Largest">The most bytes that were allocated beyond the size of an input.</param>
/// <param name="LargestInput">The number of that input.</param>
/// <param name="Failures">What went wrong.</param>
public sealed record Findings(long Inputs, long Refused, long Largest, long LargestInput, IReadOnlyList<Failure> Failures);

/// <summary>
/// Reads inputs in child processes, so that one that overflows the stack, touches memory that is not there or never ends is found out and named, and the others
/// are tried all the same.
/// </summary>
public static class Campaign
{
    // Processor time, so that a busy machine is no hang; the slowest sound input takes some milliseconds.
    private static readonly TimeSpan MostForOneInput = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MostWithoutProgress = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    private const int MostFailures = 20;

    /// <summary>Tries inputs for a time, from a number on.</summary>
    public static Findings Run(FuzzTarget target, long first, TimeSpan time)
    {
        using var folder = new Scratch();
        var (inputs, refused, largest, largestInput) = (0L, 0L, 0L, 0L);
        var failures = new ConcurrentQueue<Failure>();
        var clock = Stopwatch.StartNew();
        var next = first;
        for (var run = 0; clock.Elapsed < time && failures.Count < MostFailures; run++)
        {
            var path = folder.PathOf($"progress-{run}");
            using var progress = new Progress(path) { Current = next };
            var death = RunChild(target, next, time - clock.Elapsed, path, progress, failures);
            (inputs, refused) = (inputs + progress.Done, refused + progress.Refused);
            (largest, largestInput) = progress.Largest > largest ? (progress.Largest, progress.LargestInput) : (largest, largestInput);
            if (death is null)
            {
                break;
            }

            inputs++;
            failures.Enqueue(new(progress.Current, death, IsDeath: true));
            next = progress.Current + 1;
        }

        return new(inputs, refused, largest, largestInput, [.. failures.OrderBy(failure => failure.Number)]);
    }

    // Null if it ended by itself, else what it died of.
    private static string? RunChild(FuzzTarget target, long first, TimeSpan time, string path, Progress progress, ConcurrentQueue<Failure> failures)
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, $"{typeof(Campaign).Assembly.GetName().Name}.dll");
        string[] arguments = [assembly, "child", target.Name, Text(first), Text(time.TotalSeconds), path];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using var child = Process.Start(start) ?? throw new InvalidOperationException("dotnet does not start");
        var lastWords = new ConcurrentQueue<string>();
        child.OutputDataReceived += (_, line) => Enter(line.Data, failures);
        child.ErrorDataReceived += (_, line) => Keep(line.Data, lastWords);
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();
        if (Hangs(child, progress))
        {
            child.Kill(entireProcessTree: true);
            child.WaitForExit();
            return "it never ends";
        }

        child.WaitForExit();
        return child.ExitCode == 0 ? null : $"the process died with exit code {child.ExitCode}: {string.Join(" | ", lastWords)}";
    }

    private static bool Hangs(Process child, Progress progress)
    {
        var (current, done) = (-1L, -1L);
        var (used, since) = (TimeSpan.Zero, Stopwatch.StartNew());
        while (!child.WaitForExit(Glance))
        {
            if (current != progress.Current || done != progress.Done)
            {
                (current, done) = (progress.Current, progress.Done);
                (used, since) = (Used(child), Stopwatch.StartNew());
            }
            else if (Used(child) - used > MostForOneInput || since.Elapsed > MostWithoutProgress)
            {
                return true;
            }
        }

        return false;
    }

    private static TimeSpan Used(Process child)
    {
        try
        {
            return child.TotalProcessorTime;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            return TimeSpan.Zero; // it has just ended, or ends while it is asked
        }
    }

    private static void Enter(string? line, ConcurrentQueue<Failure> failures)
    {
        if (line?.Split('\t', 2) is [var number, var what])
        {
            failures.Enqueue(new(long.Parse(number, CultureInfo.InvariantCulture), what, IsDeath: false));
        }
    }

    private static void Keep(string? line, ConcurrentQueue<string> lines)
    {
        const int Most = 8;
        if (!string.IsNullOrWhiteSpace(line) && lines.Count < Most)
        {
            lines.Enqueue(line.Trim());
        }
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
