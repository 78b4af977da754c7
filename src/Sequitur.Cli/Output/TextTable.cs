using System.Text;

namespace Sequitur.Cli.Output;

/// <summary>What becomes of a cell that has no room.</summary>
internal enum Overflow
{
    /// <summary>It is never cut: numbers, short words.</summary>
    Never,

    /// <summary>Its end is left out.</summary>
    CutEnd,

    /// <summary>Its beginning is left out.</summary>
    CutStart,

    /// <summary>It goes on below; for the last column.</summary>
    Fold,
}

/// <summary>A column.</summary>
/// <param name="Title">Its name.</param>
/// <param name="IsNumber">Whether it is set to the right.</param>
/// <param name="Overflow">What becomes of a cell that has no room.</param>
internal sealed record TableColumn(string Title, bool IsNumber = false, Overflow Overflow = Overflow.Never);

/// <summary>
/// A table of plain text that fits a page: columns that may be cut give way first; where even that does not fit, every row is written as lines of its own, <c>title: cell</c>. Written in
/// time and memory linear in the rows.
/// </summary>
internal sealed class TextTable(params TableColumn[] columns)
{
    private const int Gap = 2;
    private const int LeastWidth = 8;
    private const int FlushAt = 1 << 15;

    private readonly List<string[]> _rows = [];

    /// <summary>Whether the columns' titles are written.</summary>
    public bool HasTitles { get; init; } = true;

    /// <summary>Columns left free at the left.</summary>
    public int Indent { get; init; }

    /// <summary>Adds a row.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Writes the table.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="width">Columns of the page.</param>
    public void WriteTo(TextWriter writer, int width)
    {
        var text = new StringBuilder();
        if (Fit(width) is { } widths)
        {
            if (HasTitles)
            {
                AppendRow(text, [.. columns.Select(column => column.Title)], widths);
            }

            foreach (var row in _rows)
            {
                AppendRow(text, row, widths);
                Flush(text, writer, FlushAt);
            }
        }
        else
        {
            foreach (var row in _rows)
            {
                AppendStacked(text, row, width);
                Flush(text, writer, FlushAt);
            }
        }

        Flush(text, writer, 1);
    }

    private static void Flush(StringBuilder text, TextWriter writer, int from)
    {
        if (text.Length >= from)
        {
            writer.Write(text.ToString());
            text.Clear();
        }
    }

    // Widths of the columns; null where they cannot stand side by side.
    private int[]? Fit(int page)
    {
        var (titles, widths) = (new int[columns.Length], new int[columns.Length]);
        for (var i = 0; i < columns.Length; i++)
        {
            titles[i] = widths[i] = HasTitles ? CellText.Width(columns[i].Title) : 0;
        }

        foreach (var row in _rows)
        {
            for (var i = 0; i < widths.Length; i++)
            {
                widths[i] = Math.Max(widths[i], CellText.Width(row[i]));
            }
        }

        for (var excess = Total(widths) + Indent + Gap * (widths.Length - 1) - page; excess > 0; excess--)
        {
            if (Widest(widths, out var others) is not (>= 0 and var widest))
            {
                return null;
            }

            // All at once where one column is much wider than the others.
            var step = Math.Clamp(widths[widest] - others, 1, excess);
            step = Math.Min(step, widths[widest] - Math.Max(LeastWidth, titles[widest]));
            if (step <= 0)
            {
                return null;
            }

            widths[widest] -= step;
            excess -= step - 1;
        }

        return widths;
    }

    // Loops, not queries: these are compiled for numbers anew in every process, and help must start at once.
    private static int Total(int[] widths)
    {
        var total = 0;
        foreach (var width in widths)
        {
            total += width;
        }

        return total;
    }

    // The first of the widest columns that may lose width, or −1; and the largest width of the others.
    private int Widest(int[] widths, out int others)
    {
        var widest = -1;
        others = 0;
        for (var i = 0; i < widths.Length; i++)
        {
            if (columns[i].Overflow == Overflow.Never)
            {
                continue;
            }

            if (widest >= 0 && widths[i] <= widths[widest])
            {
                others = Math.Max(others, widths[i]);
                continue;
            }

            others = widest < 0 ? 0 : widths[widest];
            widest = i;
        }

        return widest;
    }

    private void AppendRow(StringBuilder text, string[] cells, int[] widths)
    {
        var left = text.Length;
        text.Append(' ', Indent);
        for (var i = 0; i < cells.Length - 1; i++)
        {
            Append(text, columns[i], Cut(columns[i], cells[i], widths[i]), widths[i]);
            text.Append(' ', Gap);
        }

        var start = text.Length - left;
        var last = columns[^1];
        if (last.Overflow != Overflow.Fold)
        {
            Append(text, last, Cut(last, cells[^1], widths[^1]), widths[^1]);
            End(text, left);
            return;
        }

        // What stands to the left may be wider in columns than in characters; the indent counts columns.
        start = Indent + Total(widths) - widths[^1] + Gap * (widths.Length - 1);
        foreach (var (number, line) in CellText.Fold(cells[^1], widths[^1]).Index())
        {
            left = number == 0 ? left : text.Length;
            text.Append(' ', number == 0 ? 0 : start).Append(line);
            End(text, left);
        }
    }

    private static void Append(StringBuilder text, TableColumn column, string cell, int width)
    {
        var free = Math.Max(width - CellText.Width(cell), 0);
        _ = column.IsNumber ? text.Append(' ', free).Append(cell) : text.Append(cell).Append(' ', free);
    }

    private static string Cut(TableColumn column, string cell, int width) => column.Overflow switch
    {
        Overflow.CutEnd => CellText.CutEnd(cell, width),
        Overflow.CutStart => CellText.CutStart(cell, width),
        _ => cell,
    };

    private static void End(StringBuilder text, int left)
    {
        while (text.Length > left && text[^1] == ' ')
        {
            text.Length--;
        }

        text.Append('\n');
    }

    private void AppendStacked(StringBuilder text, string[] cells, int page)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            if (cells[i].Length > 0)
            {
                var label = HasTitles ? $"{columns[i].Title}: {cells[i]}" : cells[i];
                foreach (var (number, line) in CellText.Fold(label, page - Gap).Index())
                {
                    text.Append(' ', number == 0 && (HasTitles || i == 0) ? 0 : Gap).Append(line).Append('\n');
                }
            }
        }

        if (HasTitles)
        {
            text.Append('\n');
        }
    }
}
