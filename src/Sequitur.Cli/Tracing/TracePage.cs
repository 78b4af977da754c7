using System.Globalization;
using Sequitur.Cli.Output;
using Sequitur.Insight;

namespace Sequitur.Cli.Tracing;

/// <summary>Traced values on a page, or as JSON.</summary>
/// <param name="values">The values.</param>
/// <param name="positions">The positions of their rows; null for all.</param>
/// <param name="piece">The token at a position.</param>
internal sealed class TracePage(IReadOnlyList<TracedValue> values, int[]? positions, Func<int, string> piece)
{
    /// <summary>The name of the schema.</summary>
    public const string Schema = "sequitur.trace";

    /// <summary>Its version.</summary>
    public const int Version = 1;

    private const int Shown = 3;

    /// <summary>Each value's rows: the first and last numbers, and the length.</summary>
    public void WriteText(TextWriter writer, int width)
    {
        foreach (var value in values)
        {
            writer.Write($"{value.Name} [{string.Join(", ", value.Shape)}]\n");
            var table = new TextTable(
                new("position", true), new("token", Overflow: Overflow.CutEnd), new($"first {Shown} … last {Shown}"), new("length", true))
            { Indent = 2 };
            for (var row = 0; row < value.Shape[0]; row++)
            {
                var numbers = value.Numbers.AsSpan(row * value.Columns, value.Columns);
                var position = value.HasPositions ? positions?[row] ?? row : -1;
                table.Add(position < 0 ? "" : $"{position}", position < 0 ? "" : piece(position), Ends(numbers), Number(StreamStatistics.Length(numbers)));
            }

            table.WriteTo(writer, width);
        }
    }

    /// <summary>All numbers.</summary>
    /// <param name="output">Where they are written.</param>
    /// <param name="withNumbers">Whether they are; shapes only where a file has them.</param>
    public void WriteJson(ResultStream output, bool withNumbers)
    {
        var line = new JsonLine(Schema, Version);
        line.Json.WriteStartArray("values");
        foreach (var value in values)
        {
            line.Json.WriteStartObject();
            line.Json.WriteString("name", value.Name);
            line.Json.WriteStartArray("shape");
            foreach (var size in value.Shape)
            {
                line.Json.WriteNumberValue(size);
            }

            line.Json.WriteEndArray();
            if (value.HasPositions)
            {
                line.Json.WriteStartArray("positions");
                foreach (var position in positions ?? [.. Enumerable.Range(0, (int)value.Shape[0])])
                {
                    line.Json.WriteNumberValue(position);
                }

                line.Json.WriteEndArray();
            }

            if (withNumbers)
            {
                line.Json.WriteStartArray("numbers");
                foreach (var number in value.Numbers)
                {
                    Write(line, number);
                }

                line.Json.WriteEndArray();
            }

            line.Json.WriteEndObject();
        }

        line.Json.WriteEndArray();
        line.WriteTo(output);
    }

    // JSON has no infinities.
    private static void Write(JsonLine line, float number)
    {
        if (float.IsFinite(number))
        {
            line.Json.WriteNumberValue(number);
        }
        else
        {
            line.Json.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static string Ends(ReadOnlySpan<float> numbers)
    {
        var all = numbers.ToArray();
        return all.Length <= 2 * Shown ? string.Join(' ', all.Select(Number)) : $"{string.Join(' ', all.Take(Shown).Select(Number))} … {string.Join(' ', all.TakeLast(Shown).Select(Number))}";
    }

    private static string Number(float number) => Number((double)number);

    private static string Number(double number) => number.ToString(Math.Abs(number) is >= 1e5 or (< 1e-3 and > 0) ? "0.00E+0" : "0.0000", CultureInfo.InvariantCulture);
}
