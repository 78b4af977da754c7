using System.Runtime.InteropServices;

namespace Sequitur.Bench.Figures;

/// <summary>How long <c>--help</c> and <c>completions bash</c> take when the program was published with code compiled ahead (ReadyToRun).</summary>
[Figure("cli", "help and completions")]
internal sealed class HelpTime : IFigure
{
    private const int Runs = 15;
    private const double Milliseconds = 150;

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        var folder = Directory.CreateTempSubdirectory("sequitur-publish-").FullName;
        try
        {
            var failure = Publish(bench.Root, folder);
            var program = Path.Combine(folder, OperatingSystem.IsWindows() ? "sequitur.exe" : "sequitur");
            foreach (var arguments in new string[][] { ["--help"], ["run", "--help"], ["completions", "bash"] })
            {
                var what = string.Join(' ', arguments);
                if (arguments[0] == "completions" && !SequiturProgram.Has(bench.Root, "completions"))
                {
                    yield return Measurement.Skipped(what, "there is no command completions");
                    continue;
                }

                var plain = CliTime.Of(bench.Root, Runs, arguments);
                yield return Measurement.Reported($"{what}, plain build", plain.Median, "ms", plain.Range);
                yield return failure is null ? Judge(what, program, arguments) : Measurement.Skipped($"{what}, published", failure);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Measurement Judge(string what, string program, string[] arguments)
    {
        var times = new Sample(Enumerable.Range(0, Runs + 1).Select(_ => Workbench.Milliseconds(() => ChildProcess.Run(program, arguments, TimeSpan.FromMinutes(1)))).Skip(1).ToArray());
        return Measurement.AtMost($"{what}, published", times.Median, "ms", Milliseconds, $"{times.Range} over {times.Count} runs, start of .NET included");
    }

    // The compiler that works ahead is a package, which a source of packages may not have.
    private static string? Publish(string root, string folder)
    {
        var (code, output, error) = ChildProcess.Run(
            "dotnet",
            ["publish", Path.Combine(root, "src", "Sequitur.Cli"), "-c", "Release", "-p:PublishReadyToRun=true", "-r", RuntimeInformation.RuntimeIdentifier, "--self-contained", "false", "-m:1", "-o", folder],
            TimeSpan.FromMinutes(5));
        return code == 0 ? null : $"dotnet publish with ReadyToRun failed: {ChildProcess.LastLine(output + error)}";
    }
}
