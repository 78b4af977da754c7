using System.Text.Json;
using System.Text.Json.Serialization;
using Sequitur.Bench.Figures;

namespace Sequitur.Bench.Reports;

/// <summary>A measured number and the figure that it belongs to.</summary>
internal sealed record Row(string Topic, string Figure, Measurement Measurement);

/// <summary>Measurements and the machine that they were made on.</summary>
/// <param name="Date">The day, UTC.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Rows">The measurements.</param>
internal sealed record Report(string Date, Machine Machine, IReadOnlyList<Row> Rows)
{
    private static readonly string[] Heads = ["figure", "value", "unit", "goal", "verdict", "note"];

    /// <summary>Whether a claim does not hold.</summary>
    public bool HasFailed => Rows.Any(row => row.Measurement.Verdict == Verdict.Fail);

    /// <summary>Writes the machine.</summary>
    public static void WriteMachine(Machine machine, TextWriter output)
    {
        var flags = string.Join(", ", machine.Flags.DefaultIfEmpty("no flags known"));
        output.WriteLine($"processor  {machine.Processor} ({machine.Threads} threads; {flags}); kernels: {machine.Tier}");
        output.WriteLine($"system     {machine.Framework}; load average {Text(machine.Load)}, busy now {Text(machine.Busy * 100)} %");
        if (machine.IsNoisy)
        {
            output.WriteLine("warning: the machine is busy with other things; times below are too long and spread too far");
        }
    }

    /// <summary>Writes a table for people.</summary>
    public void WriteTable(TextWriter output)
    {
        WriteMachine(Machine, output);
        string[][] cells =
        [
            Heads,
            .. Rows.Select(row => row.Measurement).Select(m => new[]
            {
                m.What, m.Value is { } value ? Numbers.Format(value) : "–", m.Unit, m.Goal, m.Verdict.ToString().ToLowerInvariant(), m.Note,
            }),
        ];
        var widths = Enumerable.Range(0, Heads.Length).Select(column => cells.Max(line => line[column].Length)).ToArray();
        output.WriteLine();
        foreach (var line in cells)
        {
            var padded = line.Select((cell, column) => column == 1 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            output.WriteLine(string.Join("  ", padded).TrimEnd());
        }

        output.WriteLine();
        output.WriteLine(string.Join(", ", Enum.GetValues<Verdict>().Select(v => $"{Rows.Count(row => row.Measurement.Verdict == v)} {v.ToString().ToLowerInvariant()}")));
    }

    /// <summary>Writes the same for programs.</summary>
    public void WriteJson(TextWriter output) => output.WriteLine(JsonSerializer.Serialize(this, ReportJson.Default.Report));

    private static string Text(double? value) => value is { } number ? Numbers.Format(number) : "unknown";
}

/// <summary>Writes reports without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Report))]
internal sealed partial class ReportJson : JsonSerializerContext;
