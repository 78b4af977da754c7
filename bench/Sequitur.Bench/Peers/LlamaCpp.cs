using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Sequitur.Bench.Peers;

/// <summary>A peer could not be measured.</summary>
internal sealed class PeerException(string message) : Exception(message);

/// <summary>llama.cpp with its prebuilt libraries, driven through its C interface (<c>bench/peers/llama</c>).</summary>
internal sealed class LlamaCpp
{
    private readonly string _program;
    private readonly string _libraries;

    private LlamaCpp(string program, string libraries)
    {
        _program = program;
        _libraries = libraries;
    }

    /// <summary>Where peers are installed: <c>SEQUITUR_PEERS</c>, or the user's cache folder.</summary>
    public static string Folder => Environment.GetEnvironmentVariable("SEQUITUR_PEERS") is { Length: > 0 } named ? named : Path.Combine(CacheFolder.Path, "peers");

    /// <summary>Installs it where it is not yet.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="reason">Why it cannot be installed here.</param>
    public static LlamaCpp? Install(string root, out string reason)
    {
        reason = "";
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            reason = "the prebuilt libraries are for Linux on x86-64";
            return null;
        }

        var missing = Missing("npm") ?? (Missing("gcc") is not null && Missing("cc") is not null && Missing("clang") is not null ? "a C compiler" : null);
        if (missing is not null)
        {
            reason = $"{missing} is not installed";
            return null;
        }

        var folder = Path.Combine(Folder, "llama");
        var (code, output, error) = ChildProcess.Run(Path.Combine(root, "bench", "peers", "llama", "get.sh"), [folder], TimeSpan.FromMinutes(5));
        if (code != 0)
        {
            reason = $"get.sh failed ({ChildProcess.LastLine(error)})";
            return null;
        }

        return new(Path.Combine(folder, "llama_bench"), ChildProcess.LastLine(output));
    }

    /// <summary>Tokens a second: of two runs of one process the better, since the first finds nothing warm.</summary>
    /// <param name="model">The model's file.</param>
    /// <param name="sizes">What is measured. Its prompts begin in an empty context, and one at a time, whatever depth and batch say.</param>
    /// <param name="flash">Whether attention is fused.</param>
    /// <exception cref="PeerException">It failed, or took minutes.</exception>
    public (double Prefill, double Decode) Measure(string model, SpeedSizes sizes, bool flash)
    {
        using var result = Run(model, [sizes.Prompt, sizes.Generate, sizes.Depth, sizes.Batch, sizes.Threads, 2, flash ? 1 : 0]);
        double Speed(string part) => result.RootElement.GetProperty(part).GetProperty("tokens_per_second").GetDouble();
        return (Speed("prompt"), Speed("generation"));
    }

    /// <summary>The most memory that a process held which filled a context and decoded at its end; without fused attention, which stores no scores, it would be more.</summary>
    /// <param name="model">The model's file.</param>
    /// <param name="depth">Tokens to fill in.</param>
    /// <param name="generate">Tokens to generate behind them.</param>
    /// <param name="threads">Threads.</param>
    /// <exception cref="PeerException">It failed, or took minutes.</exception>
    public long PeakBytes(string model, int depth, int generate, int threads)
    {
        using var result = Run(model, [0, generate, depth, 1, threads, 1, 1]);
        return result.RootElement.GetProperty("peak_memory_bytes").GetInt64();
    }

    /// <summary>Resident bytes of a process before it loads the model, behind its last token, and at most, as <see cref="PeakBytes"/> has them.</summary>
    /// <exception cref="PeerException">It failed, or took minutes.</exception>
    public (long Idle, long Full, long Peak) ResidentBytes(string model, int depth, int generate, int threads)
    {
        using var result = Run(model, [0, generate, depth, 1, threads, 1, 1]);
        long Bytes(string name) => result.RootElement.GetProperty(name).GetInt64();
        return (Bytes("idle_memory_bytes"), Bytes("memory_bytes"), Bytes("peak_memory_bytes"));
    }

    /// <summary>Seconds that loading a model and making a first context of a size take.</summary>
    /// <exception cref="PeerException">It failed, or took minutes.</exception>
    public double LoadSeconds(string model, int context, int threads)
    {
        using var result = Run(model, [0, 1, 0, 1, threads, 1, 1, context]);
        return result.RootElement.GetProperty("load_seconds").GetDouble() + result.RootElement.GetProperty("context_seconds").GetDouble();
    }

    /// <summary>Starts a process that fills a context and then decodes by turns.</summary>
    /// <param name="model">The model's file.</param>
    /// <param name="sizes">The depth, the tokens of a turn, and the threads.</param>
    /// <param name="turns">Turns at most.</param>
    /// <param name="flash">Whether attention is fused.</param>
    /// <exception cref="PeerException">It failed.</exception>
    public TurnProcess StartTurns(string model, SpeedSizes sizes, int turns, bool flash) =>
        new(_program, Arguments(model, [0, sizes.Generate, sizes.Depth, sizes.Batch, sizes.Threads, 1, flash ? 1 : 0, 0, turns]));

    /// <summary>A process that loads, takes a prompt of one token, and decodes one.</summary>
    /// <exception cref="PeerException">It failed, or took minutes.</exception>
    public void FirstToken(string model, int threads) => Run(model, [0, 1, 0, 1, threads, 1, 0]).Dispose();

    private static string? Missing(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program))) ? null : program;

    private JsonDocument Run(string model, int[] numbers)
    {
        var (code, output, error) = ChildProcess.Run(_program, Arguments(model, numbers), TimeSpan.FromMinutes(5));
        return code == 0 ? JsonDocument.Parse(output) : throw new PeerException($"llama_bench failed: {ChildProcess.LastLine(error)}");
    }

    private string[] Arguments(string model, int[] numbers) => [_libraries, model, .. numbers.Select(n => n.ToString(CultureInfo.InvariantCulture))];
}
