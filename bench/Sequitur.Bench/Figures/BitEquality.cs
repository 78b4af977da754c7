using System.Text.Json;

namespace Sequitur.Bench.Figures;

/// <summary>
/// How many combinations of a kernel, a tier and a shape the kernel tests compare with the reference, bit by bit, which of them differ, and which tiers this processor does not have. The
/// tests run in a child process, which counts.
/// </summary>
[Figure("contract", Title)]
internal sealed class BitEquality : IFigure
{
    private const string Title = "bit equality";
    private const string Project = "tests/Sequitur.Kernels.Tests";
    private const string Variable = "SEQUITUR_COMPARISONS";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        var project = Path.Combine(bench.Root, Project);
        if (!Directory.Exists(project))
        {
            return [Measurement.Skipped(Title, $"{Project} is not there")];
        }

        var file = Path.GetTempFileName();
        try
        {
            // Legs without some instructions are child processes that compare for themselves, and count nothing here.
            string[] arguments = ["run", "-c", "Release", "--project", project, "-e", $"{Variable}={file}", "--", "-noColor", "-class-", "Sequitur.Kernels.Tests.Tails.LegTests"];
            var (code, output, error) = ChildProcess.Run("dotnet", arguments, Limit);
            return new FileInfo(file).Length == 0
                ? [Measurement.Failed(Title, ChildProcess.LastLine(error.Length > 0 ? error : output))]
                : [.. Read(JsonDocument.Parse(File.ReadAllBytes(file)).RootElement, code, output)];
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static IEnumerable<Measurement> Read(JsonElement counts, int code, string output)
    {
        long Count(string name) => counts.GetProperty(name).GetInt64();
        string Tiers(string name) => string.Join(", ", counts.GetProperty(name).EnumerateArray().Select(tier => tier.GetString()));
        yield return Measurement.Reported(
            "combinations of kernel, tier and shape compared",
            Count("combinations"),
            "",
            $"{Count("comparisons")} comparisons of {Count("kernels")} kernels on the tiers {Tiers("tiers")}; not on this processor: {(Tiers("missing") is { Length: > 0 } missing ? missing : "none")}");
        yield return Measurement.AtMost("combinations whose bits differ from the reference's", Count("different"), "", 0);
        yield return Measurement.AtMost("exit code of the kernel tests", code, "", 0, ChildProcess.LastLine(output));
    }
}
