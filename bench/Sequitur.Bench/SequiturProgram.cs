using System.Globalization;
using System.Text.Json;
using Sequitur.Bench.Peers;

namespace Sequitur.Bench;

/// <summary>What is measured, for both engines.</summary>
/// <param name="Prompt">Tokens of the prompt; for a peer that is asked for one thing only, 0.</param>
/// <param name="Generate">Tokens to generate; the same.</param>
/// <param name="Depth">Tokens that are in the cache before.</param>
/// <param name="Batch">Sequences that generate at once.</param>
/// <param name="Threads">Threads.</param>
internal sealed record SpeedSizes(int Prompt, int Generate, int Depth, int Batch, int Threads);

/// <summary>Our program, as a process of its own.</summary>
internal static class SequiturProgram
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Where the build puts it.</summary>
    public static string Path(string root) => System.IO.Path.Combine(root, "src", "Sequitur.Cli", "bin", "Release", "net10.0", "sequitur.dll");

    /// <summary>Runs it to its end, without the user's own <c>SEQUITUR_*</c> variables in the way of what is measured.</summary>
    /// <returns>Exit code, standard output, standard error.</returns>
    public static (int Code, string Output, string Error) Run(string root, params IReadOnlyList<string> arguments) =>
        ChildProcess.Run("dotnet", [Path(root), .. arguments], Limit);

    /// <summary>Whether a command, or an option of it, is there; the program's own help says so.</summary>
    public static bool Has(string root, string command, string? option = null)
    {
        var (code, output, _) = Run(root, command, "--help");
        return code == 0 && (option is null || output.Split([' ', ',', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Contains(option));
    }

    /// <summary>Tokens a second by <c>bench --json</c>: of two runs of one process the better, as of the peer's.</summary>
    /// <exception cref="PeerException">It failed.</exception>
    public static (double Prefill, double Decode) Measure(string root, string model, SpeedSizes sizes)
    {
        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
        var (code, output, error) = Run(
            root, "bench", "--json", "--model", model, "--prompt", Text(Math.Max(sizes.Prompt, 1)), "--generate", Text(Math.Max(sizes.Generate, 1)), "--depth", Text(sizes.Depth), "--batch", Text(sizes.Batch),
            "--threads", Text(sizes.Threads), "--repeat", "2");
        if (code != 0)
        {
            throw new PeerException($"sequitur bench failed: {ChildProcess.LastLine(error)}");
        }

        using var result = JsonDocument.Parse(output);
        double Speed(string part) => result.RootElement.GetProperty(part).GetProperty("maximum").GetDouble();
        return (Speed("prompt"), Speed("generation"));
    }
}
