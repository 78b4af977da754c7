using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Sequitur.Conformance.Tests.Parts;

namespace Sequitur.Conformance.Tests;

/// <summary>Counts what passed, failed and was skipped for each family and part, and prints it when the run ends.</summary>
public sealed class Tally : IDisposable
{
    private static readonly ConcurrentDictionary<(string Family, string Part), Line> Lines = new();

    /// <summary>Where the table is written besides.</summary>
    public static string FileName { get; } = Path.Combine(AppContext.BaseDirectory, "conformance.txt");

    /// <summary>Counts a verdict.</summary>
    internal static void Add(string family, string part, Verdict verdict)
    {
        var line = Lines.GetOrAdd((family, part), _ => new());
        lock (line)
        {
            line.Passed += verdict.Passed == true ? 1 : 0;
            line.Failed += verdict.Passed == false ? 1 : 0;
            line.Skipped += verdict.Passed is null ? 1 : 0;
            line.Worst = Math.Max(line.Worst, verdict.Worst);
        }
    }

    /// <summary>The table.</summary>
    public static string Table()
    {
        var text = new StringBuilder($"{"family",-24}{"part",-20}{"passed",8}{"failed",8}{"skipped",9}   largest error / allowed\n");
        var order = Part.All.Select((part, i) => (part.Name, i)).ToDictionary(p => p.Name, p => p.i);
        foreach (var ((family, part), line) in Lines.OrderBy(l => l.Value.Passed + l.Value.Failed == 0).ThenBy(l => l.Key.Family, StringComparer.Ordinal)
            .ThenBy(l => order.GetValueOrDefault(l.Key.Part, int.MaxValue)).ThenBy(l => l.Key.Part, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{family,-24}{part,-20}{line.Passed,8}{line.Failed,8}{line.Skipped,9}   {(line.Passed + line.Failed > 0 ? line.Worst.ToString("F3", CultureInfo.InvariantCulture) : "")}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{"sum",-44}{Lines.Values.Sum(l => l.Passed),8}{Lines.Values.Sum(l => l.Failed),8}{Lines.Values.Sum(l => l.Skipped),9}");
        return text.ToString();
    }

    /// <summary>Prints the table: the run is over.</summary>
    public void Dispose()
    {
        if (!Lines.IsEmpty)
        {
            var table = Table();
            File.WriteAllText(FileName, table + "\n");
            TestContext.Current.SendDiagnosticMessage($"conformance, by family and part:\n{table}");
        }
    }

    private sealed class Line
    {
        public int Passed { get; set; }

        public int Failed { get; set; }

        public int Skipped { get; set; }

        public double Worst { get; set; }
    }
}
