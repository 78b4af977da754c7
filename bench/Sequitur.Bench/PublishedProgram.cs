using System.Runtime.InteropServices;
using Sequitur.Bench.Figures;

namespace Sequitur.Bench;

/// <summary>Our program as users install it: published with code compiled ahead (ReadyToRun), into a folder that is removed at the end.</summary>
internal sealed class PublishedProgram : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sequitur-publish-").FullName;

    /// <summary>Publishes it; two or three minutes.</summary>
    /// <param name="root">The repository.</param>
    public PublishedProgram(string root)
    {
        // With the runtime beside it, so that what both share is compiled ahead, too: methods of collections over our types are two thirds of those that a start compiles otherwise.
        // Compiler and runtime are packages, which a source of packages may not have.
        var (code, output, error) = ChildProcess.Run(
            "dotnet",
            ["publish", Path.Combine(root, "src", "Sequitur.Cli"), "-c", "Release", "-p:PublishReadyToRun=true", "-p:PublishReadyToRunComposite=true", "-r", RuntimeInformation.RuntimeIdentifier, "--self-contained", "true", "-m:1", "-o", _folder],
            TimeSpan.FromMinutes(10));
        Failure = code == 0 ? null : $"dotnet publish with ReadyToRun failed: {ChildProcess.LastLine(output + error)}";
    }

    /// <summary>Why there is no program; null where there is one.</summary>
    public string? Failure { get; }

    private string Program => Path.Combine(_folder, OperatingSystem.IsWindows() ? "sequitur.exe" : "sequitur");

    /// <summary>Runs it to its end.</summary>
    /// <returns>Exit code, standard output, standard error.</returns>
    public (int Code, string Output, string Error) Run(IReadOnlyList<string> arguments) => ChildProcess.Run(Program, arguments, TimeSpan.FromMinutes(5));

    /// <summary>Milliseconds of some runs from start to end, the first of which is not counted.</summary>
    /// <exception cref="SequiturException">The program failed.</exception>
    public Sample Times(int runs, params IReadOnlyList<string> arguments) => CliTime.Of(runs, () => Run(arguments), arguments);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
