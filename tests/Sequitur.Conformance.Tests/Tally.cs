using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Sequitur.Conformance.Tests.Parts;

namespace Sequitur.Conformance.Tests;

/// <summary>Counts what passed, failed and was skipped for each family and part, and prints it when the run ends.</summary>
public sealed class Tally : IDisposable
{
    private static readonly ConcurrentQueue<Entry> Entries = new();
    private static readonly ConcurrentQueue<string> Notes = new();

    /// <summary>Where the table is written besides.</summary>
    public static string FileName { get; } = Path.Combine(AppContext.BaseDirectory, "conformance.txt");

    /// <summary>Counts a verdict.</summary>
    internal static void Add(string family, string part, Verdict verdict) => Entries.Enqueue(new(family, part, verdict));

    /// <summary>A line below the table.</summary>
    internal static void Note(string line) => Notes.Enqueue(line);

    /// <summary>The table: a line for each family, what was skipped and why, and the notes.</summary>
    public static string Table()
    {
        var text = new StringBuilder($"{"family",-24}{"passed",7}{"failed",7}{"skipped",8}  {"error",-6} parts (error: the largest, as a share of what is allowed)\n");
        foreach (var family in Entries.GroupBy(e => e.Family).OrderBy(f => f.All(e => e.Verdict.Passed is null)).ThenBy(f => f.Key, StringComparer.Ordinal))
        {
            Line(text, family.Key, [.. family], Parts([.. family]));
        }

        Line(text, "sum", [.. Entries], "");
        foreach (var skipped in Entries.Where(e => e.Verdict.Passed is null).Select(e => (e.Family, Reason: e.Verdict.Message.Split(';')[0]))
            .GroupBy(s => s.Reason).OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"skipped {skipped.Count()} of {string.Join(", ", skipped.Select(s => s.Family).Distinct())}: {skipped.Key}\n");
        }

        return Notes.Distinct().Aggregate(text, (all, note) => all.Append(note).Append('\n')).ToString();
    }

    /// <summary>Prints the table: the run is over.</summary>
    public void Dispose()
    {
        if (!Entries.IsEmpty)
        {
            var table = Table();
            File.WriteAllText(FileName, table);
            TestContext.Current.SendDiagnosticMessage("{0}", $"conformance by family and part\n{table}");
        }
    }

    private static void Line(StringBuilder text, string name, IReadOnlyCollection<Entry> entries, string parts)
    {
        var worst = entries.Any(e => e.Verdict.Passed is not null) ? entries.Max(e => e.Verdict.Worst).ToString("F3", CultureInfo.InvariantCulture) : "";
        text.Append(CultureInfo.InvariantCulture, $"{name,-24}{Count(entries, true),7}{Count(entries, false),7}{Count(entries, null),8}  {worst,-6} {parts}\n");
    }

    private static int Count(IEnumerable<Entry> entries, bool? passed) => entries.Count(e => e.Verdict.Passed == passed);

    private static string Parts(IReadOnlyCollection<Entry> entries) => string.Join("; ", ((IEnumerable<string>)
    [
        Parts(entries, true, ""), Parts(entries, false, "FAILED: "), Parts(entries, null, "skipped: "),
    ]).Where(text => text.Length > 0));

    private static string Parts(IEnumerable<Entry> entries, bool? passed, string word)
    {
        var parts = entries.Where(e => e.Verdict.Passed == passed).GroupBy(e => e.Part).OrderBy(p => Order(p.Key)).Select(p => $"{p.Key} {p.Count()}").ToArray();
        return parts.Length == 0 ? "" : word + string.Join(", ", parts);
    }

    private static int Order(string part) => Part.All.Select(p => p.Name).ToList().IndexOf(part);

    private sealed record Entry(string Family, string Part, Verdict Verdict);
}
