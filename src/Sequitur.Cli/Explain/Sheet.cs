using Sequitur.Cli.Output;

namespace Sequitur.Cli.Explain;

/// <summary>What a part of a line is, which decides its colour. Nothing is said by colour alone.</summary>
internal enum Ink
{
    /// <summary>As everything else.</summary>
    Plain,

    /// <summary>Less important: titles of columns, legends.</summary>
    Dim,

    /// <summary>More important.</summary>
    Strong,

    /// <summary>The title of a stage.</summary>
    Title,

    /// <summary>A token.</summary>
    Token,

    /// <summary>A drawn quantity.</summary>
    Bar,

    /// <summary>Something added; a plus sign stands before it.</summary>
    Plus,

    /// <summary>Something taken away; a minus sign stands before it.</summary>
    Minus,
}

/// <summary>A part of a line.</summary>
/// <param name="Text">Its text, printable.</param>
/// <param name="Ink">What it is.</param>
internal readonly record struct Inked(string Text, Ink Ink = Ink.Plain)
{
    public static implicit operator Inked(string text) => new(text);
}

/// <summary>A column of a sheet's table.</summary>
/// <param name="Title">Its name.</param>
/// <param name="IsNumber">Whether it is set to the right.</param>
/// <param name="Rank">How soon it is left out where there is no room: the highest first, 0 never.</param>
/// <param name="IsCut">Whether the end of a long cell is left out before any column is.</param>
internal sealed record SheetColumn(string Title, bool IsNumber = false, int Rank = 0, bool IsCut = false);

/// <summary>Lines of a page with their inks, laid out for a width: nothing is wider, whatever the width. It can be printed or drawn.</summary>
/// <param name="width">Columns of the page.</param>
internal sealed class Sheet(int width)
{
    private const int Gap = 2;
    private const int LeastCut = 8;
    private const int WidestText = 96;

    private readonly List<IReadOnlyList<Inked>> _lines = [];

    /// <summary>Columns of the page.</summary>
    public int Width => width;

    /// <summary>Columns that are free at the left.</summary>
    public int Indent { get; } = width >= 60 ? 3 : 0;

    /// <summary>Columns that are left for text.</summary>
    public int Room => Math.Max(width - Indent, 1);

    /// <summary>The lines.</summary>
    public IReadOnlyList<IReadOnlyList<Inked>> Lines => _lines;

    /// <summary>An empty line.</summary>
    public void Blank() => _lines.Add([]);

    /// <summary>A line; what is too long for the page is cut.</summary>
    public void Line(params IEnumerable<Inked> parts)
    {
        var (line, left) = (new List<Inked>(), width);
        foreach (var part in parts)
        {
            var cut = left > 0 ? CellText.CutEnd(part.Text, left) : "";
            left -= CellText.Width(cut);
            line.Add(part with { Text = cut });
        }

        for (var last = line.Count - 1; last >= 0 && line[last].Text.TrimEnd(' ').Length == 0; last--)
        {
            line.RemoveAt(last);
        }

        _lines.Add(line is [.. var rest, var end] ? [.. rest, end with { Text = end.Text.TrimEnd(' ') }] : line);
    }

    /// <summary>The title of a stage: its number, its name, and what goes in and comes out.</summary>
    public void Stage(int number, string name, string flow)
    {
        Blank();
        var title = $"{number}{new string(' ', Math.Max(Indent - 1, 1))}{name}";
        if (CellText.Width(title) + Gap + CellText.Width(flow) <= width)
        {
            Line(new(title, Ink.Title), new($"  {flow}", Ink.Dim));
            return;
        }

        Line(new Inked(title, Ink.Title));
        Say(flow, Ink.Dim);
    }

    /// <summary>Sentences, broken at spaces.</summary>
    public void Say(string text, Ink ink = Ink.Plain)
    {
        foreach (var line in CellText.Fold(text, Math.Min(Room, WidestText)))
        {
            Line(new string(' ', Indent), new(line, ink));
        }
    }

    /// <summary>A table. Where it is too wide, cells that may be are cut, then columns are left out, then lines are cut.</summary>
    public void Table(IReadOnlyList<SheetColumn> columns, IReadOnlyList<IReadOnlyList<Inked>> rows)
    {
        var shown = Enumerable.Range(0, columns.Count).Where(i => rows.Any(row => row[i].Text.Length > 0)).ToList();
        var natural = shown.ToDictionary(i => i, i => Math.Max(CellText.Width(columns[i].Title), rows.Max(row => CellText.Width(row[i].Text))));
        int Least(int i) => columns[i].IsCut ? Math.Min(natural[i], Math.Max(LeastCut, CellText.Width(columns[i].Title))) : natural[i];
        int Excess(Func<int, int> widthOf) => Indent + shown.Sum(widthOf) + (Gap * (shown.Count - 1)) - width;
        while (Excess(Least) > 0 && shown.MaxBy(i => columns[i].Rank) is var last && columns[last].Rank > 0)
        {
            shown.Remove(last);
        }

        var widths = natural.ToDictionary();
        while (Excess(i => widths[i]) > 0 && shown.Where(i => widths[i] > Least(i)).ToList() is { Count: > 0 } wide)
        {
            widths[wide.MaxBy(i => widths[i])]--;
        }

        Row([.. shown.Select(i => new Inked(columns[i].Title, Ink.Dim))]);
        foreach (var row in rows)
        {
            Row([.. shown.Select(i => row[i])]);
        }

        void Row(Inked[] cells)
        {
            var line = new List<Inked> { new string(' ', Indent) };
            for (var c = 0; c < cells.Length; c++)
            {
                var text = CellText.CutEnd(cells[c].Text, widths[shown[c]]);
                var free = new string(' ', Math.Max(0, widths[shown[c]] - CellText.Width(text)));
                line.AddRange(columns[shown[c]].IsNumber ? [free, cells[c] with { Text = text }] : [cells[c] with { Text = text }, free]);
                line.Add(new string(' ', Gap));
            }

            Line(line);
        }
    }
}
