using System.Globalization;
using System.Xml.Linq;
using Sequitur.Cli.Output;

namespace Sequitur.Cli.Explain;

/// <summary>Draws a sheet as SVG: a terminal with a dark ground, for pages that show what the program prints.</summary>
internal static class SheetPicture
{
    private const double Column = 8.4;
    private const double LineHeight = 18;
    private const double Margin = 20;

    /// <summary>The picture.</summary>
    /// <param name="sheet">What is drawn.</param>
    /// <param name="command">The command that printed it, for the first line.</param>
    public static XElement Draw(Sheet sheet, string command)
    {
        XNamespace svg = "http://www.w3.org/2000/svg";
        IReadOnlyList<IReadOnlyList<Inked>> lines = [[new("$ ", Ink.Dim), new(command, Ink.Strong)], [], .. sheet.Lines];
        var (width, height) = ((sheet.Width * Column) + (2 * Margin), (lines.Count * LineHeight) + (2 * Margin));
        var picture = new XElement(
            svg + "svg", new XAttribute("viewBox", $"0 0 {Text(width)} {Text(height)}"), new XAttribute("width", Text(width)), new XAttribute("height", Text(height)), new XAttribute("role", "img"),
            new XElement(svg + "title", command),
            new XElement(svg + "style", "text{font:14px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:#c9d1d9;white-space:pre}.dim{fill:#8b949e}.strong{fill:#fff;font-weight:700}.title{fill:#56d4dd;font-weight:700}.token{fill:#e3b341}.bar{fill:#56d4dd}.plus{fill:#56d364}.minus{fill:#ff7b72}"),
            new XElement(svg + "rect", new XAttribute("width", "100%"), new XAttribute("height", "100%"), new XAttribute("rx", 8), new XAttribute("fill", "#0d1117")));
        foreach (var (number, line) in lines.Index())
        {
            var x = 0;
            foreach (var part in line)
            {
                var cells = CellText.Width(part.Text);
                if (part.Text.Trim(' ').Length > 0)
                {
                    // Every part has its own place and length, so that columns stand even where a font is not of one width.
                    picture.Add(new XElement(
                        svg + "text", new XAttribute("x", Text(Margin + (x * Column))), new XAttribute("y", Text(Margin + ((number + 0.75) * LineHeight))),
                        new XAttribute("textLength", Text(cells * Column)), new XAttribute("lengthAdjust", "spacingAndGlyphs"), new XAttribute(XNamespace.Xml + "space", "preserve"),
                        part.Ink == Ink.Plain ? null : new XAttribute("class", part.Ink.ToString().ToLowerInvariant()), part.Text));
                }

                x += cells;
            }
        }

        return picture;
    }

    private static string Text(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
