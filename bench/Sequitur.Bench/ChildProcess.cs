using System.Diagnostics;
using Sequitur.Bench.Peers;

namespace Sequitur.Bench;

/// <summary>Programs that are run to their end.</summary>
internal static class ChildProcess
{
    /// <summary>Runs a program; one that takes too long is ended, with code −1.</summary>
    /// <exception cref="PeerException">It does not start.</exception>
    public static (int Code, string Output, string Error) Run(string program, IReadOnlyList<string> arguments, TimeSpan limit)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new PeerException($"{program} does not start");
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            return (-1, "", $"no end after {limit.TotalMinutes:F0} minutes");
        }

        return (process.ExitCode, output.Result, error.Result);
    }

    /// <summary>How the bench starts itself, with a command line.</summary>
    public static (string Program, IReadOnlyList<string> Arguments) Self(params IReadOnlyList<string> command)
    {
        var program = Environment.ProcessPath!;
        return (program, Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(ChildProcess).Assembly.Location, .. command] : command);
    }

    /// <summary>The last line that says something.</summary>
    public static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "no output";
}
