using System.Globalization;
using System.Text;

namespace Sequitur.Formats;

/// <summary>Strings of a file in messages: one line, short, and nothing that a terminal would obey.</summary>
internal static class Quoting
{
    private const int MaxLength = 80;

    /// <summary>The text in quotes, with control characters escaped and the middle of long texts left out.</summary>
    public static string Quote(string text)
    {
        var shown = text.Length <= MaxLength ? text : $"{text[..(MaxLength / 2)]}…{text[^(MaxLength / 4)..]}";
        var quoted = new StringBuilder("'");
        foreach (var c in shown)
        {
            var isPlain = CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);
            _ = isPlain ? quoted.Append(c) : quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return quoted.Append('\'').ToString();
    }
}
