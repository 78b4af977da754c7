using System.Diagnostics;

namespace Sequitur.Fuzz;

/// <summary>The process that reads inputs, one after another, and may die of any.</summary>
internal static class Child
{
    private const int MostFailures = 20;

    /// <summary>Reads inputs until the time is over, and prints those that went wrong as <c>number TAB what</c>.</summary>
    public static int Run(FuzzTarget target, long first, double seconds, string progressPath, TextWriter output)
    {
        using var progress = new Progress(progressPath);
        using var scratch = new Scratch();
        var inputs = new Inputs(target);
        var clock = Stopwatch.StartNew();
        var failures = 0;
        for (var number = first; clock.Elapsed.TotalSeconds < seconds && failures < MostFailures; number++)
        {
            progress.Current = number;
            var input = inputs.Make(number);
            var outcome = Judge.Try(target, input, scratch);
            if (outcome.Failure is { } failure)
            {
                output.WriteLine($"{number}\t{failure}");
                output.Flush();
                failures++;
            }

            // the first input makes what is made once: code, tables, registries
            if (number > first && outcome.Bytes - input.Length > progress.Largest)
            {
                progress.Largest = outcome.Bytes - input.Length;
                progress.LargestInput = number;
            }

            progress.Refused += outcome.IsRefused ? 1 : 0;
            progress.Done++;
        }

        return 0;
    }
}
