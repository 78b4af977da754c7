using Spectre.Console;

namespace Sequitur.Cli.Explain;

/// <summary>Prints a sheet on a terminal.</summary>
internal static class SheetPrinter
{
    /// <summary>Prints all lines.</summary>
    public static void Print(Sheet sheet, IAnsiConsole page)
    {
        foreach (var line in sheet.Lines)
        {
            if (line.Count > 0)
            {
                var paragraph = new Paragraph();
                foreach (var part in line)
                {
                    paragraph.Append(part.Text, StyleOf(part.Ink));
                }

                page.Write(paragraph);
            }

            page.WriteLine();
        }
    }

    private static Style StyleOf(Ink ink) => ink switch
    {
        Ink.Dim => new Style(decoration: Decoration.Dim),
        Ink.Strong => new Style(decoration: Decoration.Bold),
        Ink.Title => new Style(Color.Teal, decoration: Decoration.Bold),
        Ink.Token => new Style(Color.Olive),
        Ink.Bar => new Style(Color.Teal),
        Ink.Plus => new Style(Color.Green),
        Ink.Minus => new Style(Color.Maroon),
        _ => Style.Plain,
    };
}
