using System.Runtime.CompilerServices;
using System.Text;
using Spectre.Console.Rendering;

namespace Sequitur.Cli.Output;

/// <summary>Text measured in the columns that a terminal gives it.</summary>
internal static class CellText
{
    /// <summary>Columns of a text.</summary>
    public static int Width(string text)
    {
        foreach (var letter in text)
        {
            if (!IsNarrow(letter))
            {
                return WidthOfAny(text);
            }
        }

        return text.Length;
    }

    /// <summary>Whether a character has one column for certain: the tables of all others are in an assembly that help need not load.</summary>
    internal static bool IsNarrow(char letter) =>
        letter is <= '\u007F' or (>= '\u00A1' and <= '\u02FF' and not '\u00AD') or (>= '\u2010' and <= '\u2027') or (>= '\u2190' and <= '\u22FF');

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int WidthOfAny(string text) => new Segment(text).CellCount();

    /// <summary>A text in at most so many columns, its end left out.</summary>
    public static string CutEnd(string text, int width) => Width(text) <= width ? text : string.Concat(Lines(text, Math.Max(width - 1, 1)).First().TrimEnd(), "…");

    /// <summary>A text in at most so many columns, its beginning left out: of a path, the end tells more.</summary>
    public static string CutStart(string text, int width)
    {
        if (Width(text) <= width)
        {
            return text;
        }

        var kept = text.EnumerateRunes().Reverse().Select(rune => rune.ToString()).ToList();
        var (used, count) = (1, 0);
        while (count < kept.Count && used + Width(kept[count]) <= width)
        {
            used += Width(kept[count++]);
        }

        return string.Concat(kept.Take(count).Reverse().Prepend("…"));
    }

    /// <summary>Lines of at most so many columns: broken at spaces, within a word only where it is longer than a line.</summary>
    public static IEnumerable<string> Fold(string text, int width)
    {
        width = Math.Max(width, 1);
        var line = new StringBuilder();
        var used = 0;
        foreach (var word in text.Split(' '))
        {
            var wide = Width(word);
            if (used > 0 && used + 1 + wide <= width)
            {
                line.Append(' ').Append(word);
                used += 1 + wide;
                continue;
            }

            if (used > 0)
            {
                yield return line.ToString();
            }

            var parts = wide <= width ? [word] : Lines(word, width).ToList();
            foreach (var part in parts.SkipLast(1))
            {
                yield return part;
            }

            line.Clear().Append(parts[^1]);
            used = Width(parts[^1]);
        }

        yield return line.ToString();
    }

    private static IEnumerable<string> Lines(string text, int width)
    {
        var line = new StringBuilder();
        var used = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var letter = rune.ToString();
            var wide = Width(letter);
            if (used > 0 && used + wide > width)
            {
                yield return line.ToString();
                line.Clear();
                used = 0;
            }

            line.Append(letter);
            used += wide;
        }

        yield return line.ToString();
    }
}
