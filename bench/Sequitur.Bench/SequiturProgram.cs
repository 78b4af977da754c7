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
        // The same room as the peer's.
        var context = sizes.Depth + Math.Max(sizes.Prompt, 1) + Math.Max(sizes.Generate, 1) + 64;
        using var result = Bench(
            arguments => Run(root, arguments), "--model", model, "--context", Text(context), "--prompt", Text(Math.Max(sizes.Prompt, 1)), "--generate", Text(Math.Max(sizes.Generate, 1)), "--depth", Text(sizes.Depth), "--batch", Text(sizes.Batch),
            "--threads", Text(sizes.Threads), "--repeat", "2");
        double Speed(string part) => result.RootElement.GetProperty(part).GetProperty("maximum").GetDouble();
        return (Speed("prompt"), Speed("generation"));
    }

    /// <summary>Seconds from the file to an engine that can begin, by <c>bench --json</c>.</summary>
    /// <param name="run">Runs the program.</param>
    /// <param name="model">The model's file.</param>
    /// <param name="context">Positions of the context.</param>
    /// <param name="threads">Threads.</param>
    /// <exception cref="PeerException">It failed.</exception>
    public static double LoadSeconds(Func<IReadOnlyList<string>, (int Code, string Output, string Error)> run, string model, int context, int threads)
    {
        using var result = Bench(run, "--model", model, "--prompt", "1", "--generate", "1", "--repeat", "1", "--context", Text(context), "--threads", Text(threads));
        return result.RootElement.GetProperty("load_seconds").GetDouble();
    }

    /// <summary>As <see cref="LoadSeconds"/>, with all that answers in text need: vocabulary and template.</summary>
    /// <inheritdoc cref="LoadSeconds"/>
    public static double TextLoadSeconds(Func<IReadOnlyList<string>, (int Code, string Output, string Error)> run, string model, int context, int threads)
    {
        using var result = Json(run, "run", "--raw", "a", "--stats", "--model", model, "--max-tokens", "1", "--context", Text(context), "--threads", Text(threads));
        return result.RootElement.GetProperty("stats").GetProperty("load_seconds").GetDouble();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static JsonDocument Bench(Func<IReadOnlyList<string>, (int Code, string Output, string Error)> run, params IReadOnlyList<string> options) => Json(run, "bench", options);

    private static JsonDocument Json(Func<IReadOnlyList<string>, (int Code, string Output, string Error)> run, string command, params IReadOnlyList<string> options)
    {
        var (code, output, error) = run([command, "--json", .. options]);
        return code == 0 ? JsonDocument.Parse(output) : throw new PeerException($"sequitur {command} failed: {ChildProcess.LastLine(error)}");
    }
}
