using System.Collections.Concurrent;
using System.Diagnostics;
using Sequitur.Kernels.Tests.Tails;

[assembly: AssemblyFixture(typeof(Leg))]

namespace Sequitur.Kernels.Tests.Tails;

/// <summary>
/// A run of these tests in a child process whose runtime has some instructions switched off: it writes which tiers it has and the digest of every case, for its parent to compare.
/// </summary>
public sealed class Leg : IDisposable
{
    private const string Variable = "SEQUITUR_DIGESTS";
    private const string Tiers = "tiers";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    private static readonly ConcurrentDictionary<string, string> Noted = new();

    /// <summary>Whether this process is one.</summary>
    public static bool IsOne => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    /// <summary>Notes a digest.</summary>
    public static void Note(string name, string digest) => Noted[name] = digest;

    /// <summary>Runs the tests of tails in a child process.</summary>
    /// <param name="variable">The runtime's variable that is set to 0.</param>
    /// <returns>The tiers that the child had, its digests, and what it printed where it failed.</returns>
    public static (string[] Tiers, Dictionary<string, string> Digests, string Failure) Run(string variable)
    {
        var file = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("dotnet", [typeof(Leg).Assembly.Location, "-noColor", "-class", typeof(TailTests).FullName!]) { RedirectStandardOutput = true };
            (start.Environment[variable], start.Environment[Variable]) = ("0", file);
            start.Environment.Remove(Comparisons.Variable);
            using var child = Process.Start(start) ?? throw new InvalidOperationException("dotnet does not start");
            var output = child.StandardOutput.ReadToEndAsync();
            if (!child.WaitForExit(Limit))
            {
                child.Kill(entireProcessTree: true);
                return ([], [], $"no end after {Limit.TotalMinutes} minutes");
            }

            var digests = File.ReadAllLines(file).Select(line => line.Split('\t')).ToDictionary(parts => parts[0], parts => parts[1]);
            return digests.Remove(Tiers, out var tiers) && child.ExitCode == 0 ? (tiers.Split(' '), digests, "") : ([], digests, output.Result);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The run is over.</summary>
    public void Dispose()
    {
        if (IsOne)
        {
            File.WriteAllLines(
                Environment.GetEnvironmentVariable(Variable)!,
                [$"{Tiers}\t{string.Join(' ', Processor.Available.Select(processor => processor.Tier))}", .. Noted.Select(entry => $"{entry.Key}\t{entry.Value}")]);
        }
    }
}
