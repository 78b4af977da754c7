using Spectre.Console;

namespace Sequitur.Cli.Output;

/// <summary>Labels with what belongs to them: side by side where there is room, else one below the other. Words are never cut where they fit a line.</summary>
/// <param name="page">Where it is written.</param>
/// <param name="labelWidth">Columns of the labels.</param>
internal sealed class FactSheet(IAnsiConsole page, int labelWidth)
{
    // Beside the labels at least so much must be left.
    private const int LeastRoom = 40;
    private const int Indent = 2;

    private bool IsNarrow => page.Profile.Width < labelWidth + LeastRoom;

    /// <summary>A line of its own above others.</summary>
    public void Title(string text)
    {
        foreach (var line in Fold(text, page.Profile.Width))
        {
            Line(line, new Style(decoration: Decoration.Bold));
        }
    }

    /// <summary>A label and its text.</summary>
    /// <param name="label">The label.</param>
    /// <param name="text">What belongs to it.</param>
    /// <param name="style">How the label looks; as the text by default.</param>
    public void Fact(string label, string text, Style? style = null)
    {
        var left = IsNarrow ? Indent : labelWidth;
        var lines = Fold(text, page.Profile.Width - left).DefaultIfEmpty("").ToList();
        if (IsNarrow)
        {
            Fold(label, page.Profile.Width).ForEach(part => Line(part, style));
        }

        for (var i = 0; i < lines.Count; i++)
        {
            page.Write(new Text((i == 0 && !IsNarrow ? label : "").PadRight(left), style));
            Line(lines[i], null);
        }
    }

    /// <summary>An empty line.</summary>
    public void Space() => page.WriteLine();

    private void Line(string text, Style? style)
    {
        page.Write(new Text(text, style));
        page.WriteLine();
    }

    private static List<string> Fold(string text, int width)
    {
        width = Math.Max(width, 1);
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var rest = word;
            if (line.Length > 0 && line.Length + 1 + rest.Length <= width)
            {
                line += " " + rest;
                continue;
            }

            if (line.Length > 0)
            {
                lines.Add(line);
            }

            for (; rest.Length > width; rest = rest[width..])
            {
                lines.Add(rest[..width]);
            }

            line = rest;
        }

        if (line.Length > 0)
        {
            lines.Add(line);
        }

        return lines;
    }
}
