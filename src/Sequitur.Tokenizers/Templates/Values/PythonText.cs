using System.Buffers;
using System.Globalization;
using System.Text;

namespace Sequitur.Tokenizers.Templates;

/// <summary>Python's view of strings: positions in code points, its white space, its full case mappings.</summary>
internal static class PythonText
{
    /// <summary>What <c>str.isspace</c> is true for, and <c>strip</c> takes: White_Space and U+001C–001F.</summary>
    public const string WhiteSpace = "\t\n\v\f\r\u001C\u001D\u001E\u001F \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000";

    private static readonly SearchValues<char> s_whiteSpace = SearchValues.Create(WhiteSpace);

    // Unicode's SpecialCasing, the entries that do not depend on the language.
    private static readonly Dictionary<char, string> s_upper = new()
    {
        ['ß'] = "SS", ['ŉ'] = "ʼN", ['ǰ'] = "J̌", ['ΐ'] = "Ϊ́", ['ΰ'] = "Ϋ́", ['և'] = "ԵՒ", ['ẖ'] = "H̱", ['ẗ'] = "T̈", ['ẘ'] = "W̊", ['ẙ'] = "Y̊", ['ẚ'] = "Aʾ",
        ['ﬀ'] = "FF", ['ﬁ'] = "FI", ['ﬂ'] = "FL", ['ﬃ'] = "FFI", ['ﬄ'] = "FFL", ['ﬅ'] = "ST", ['ﬆ'] = "ST",
        ['ﬓ'] = "ՄՆ", ['ﬔ'] = "ՄԵ", ['ﬕ'] = "ՄԻ", ['ﬖ'] = "ՎՆ", ['ﬗ'] = "ՄԽ",
    };

    public static bool IsWhiteSpace(char value) => s_whiteSpace.Contains(value);

    /// <summary>How many code points.</summary>
    public static int Length(string text)
    {
        int pairs = 0;
        for (int i = 0; i + 1 < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i], text[i + 1]))
            {
                pairs++;
                i++;
            }
        }

        return text.Length - pairs;
    }

    /// <summary>Where each code point begins, and the end; null if each is one unit, so that positions agree.</summary>
    public static int[]? Starts(string text)
    {
        int count = Length(text);
        if (count == text.Length)
        {
            return null;
        }

        var starts = new int[count + 1];
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            starts[i] = at;
            at += char.IsSurrogatePair(text, Math.Min(at, text.Length - 2)) && at < text.Length - 1 ? 2 : 1;
        }

        starts[count] = text.Length;
        return starts;
    }

    /// <summary>The position in code points of a position in units, as <c>find</c> gives it.</summary>
    public static int CodePoints(string text, int units) => units <= 0 ? units : Length(text[..units]);

    public static string Upper(string text) => Map(text, upper: true);

    public static string Lower(string text) => Map(text, upper: false);

    /// <summary>Python's <c>capitalize</c>: the first character in title case, the rest in lower case.</summary>
    public static string Capitalize(string text)
    {
        int first = text.Length == 0 ? 0 : FirstLength(text, 0);
        return first == 0 ? "" : TitleOf(text[..first]) + Lower(text)[Lower(text[..first]).Length..];
    }

    /// <summary>Python's <c>title</c>: a word begins after everything that is no cased letter.</summary>
    public static string Title(string text) => WordCase(text, rune => !IsCased(rune));

    /// <summary>Title case with words that begin where <paramref name="separates"/> says.</summary>
    public static string WordCase(string text, Func<Rune, bool> separates)
    {
        var result = new StringBuilder(text.Length);
        bool start = true;
        foreach (Rune rune in text.EnumerateRunes())
        {
            result.Append(start ? TitleOf(rune.ToString()) : Lower(rune.ToString()));
            start = separates(rune);
        }

        return result.ToString();
    }

    public static string SwapCase(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            result.Append(Rune.IsUpper(rune) ? Lower(rune.ToString()) : Upper(rune.ToString()));
        }

        return result.ToString();
    }

    /// <summary>The lines of a text without their ends.</summary>
    public static List<(int Start, int Length, int EndLength)> Lines(string text)
    {
        var lines = new List<(int, int, int)>();
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is not ('\n' or '\r' or '\v' or '\f' or '\u001C' or '\u001D' or '\u001E' or '\u0085' or '\u2028' or '\u2029'))
            {
                continue;
            }

            int end = text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? 2 : 1;
            lines.Add((start, i - start, end));
            i += end - 1;
            start = i + 1;
        }

        if (start < text.Length)
        {
            lines.Add((start, text.Length - start, 0));
        }

        return lines;
    }

    public static bool IsCased(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;

    private static int FirstLength(string text, int at) => at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;

    private static string TitleOf(string character) => character switch
    {
        "ǆ" or "Ǆ" or "ǅ" => "ǅ",
        "ǉ" or "Ǉ" or "ǈ" => "ǈ",
        "ǌ" or "Ǌ" or "ǋ" => "ǋ",
        "ǳ" or "Ǳ" or "ǲ" => "ǲ",
        _ => s_upper.TryGetValue(character[0], out string? special) ? special[..1] + Lower(special[1..]) : character.ToUpperInvariant(),
    };

    private static string Map(string text, bool upper)
    {
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (upper && s_upper.TryGetValue(text[i], out string? special))
            {
                result.Append(special);
            }
            else if (!upper && text[i] == 'İ')
            {
                result.Append("i\u0307");
            }
            else if (!upper && text[i] == 'Σ')
            {
                result.Append(IsFinalSigma(text, i) ? 'ς' : 'σ');
            }
            else
            {
                int length = FirstLength(text, i);
                string character = text.Substring(i, length);
                result.Append(upper ? character.ToUpperInvariant() : character.ToLowerInvariant());
                i += length - 1;
            }
        }

        return result.ToString();
    }

    // A cased letter before, none after, with marks and apostrophes looked through.
    private static bool IsFinalSigma(string text, int at)
    {
        int before = at - 1;
        while (before >= 0 && IsIgnorable(text[before]))
        {
            before--;
        }

        int after = at + 1;
        while (after < text.Length && IsIgnorable(text[after]))
        {
            after++;
        }

        return before >= 0 && char.IsLetter(text[before]) && !(after < text.Length && char.IsLetter(text[after]));
    }

    private static bool IsIgnorable(char value) => value is '\'' or '.' or ':' or '\u00AD' or '\u2019'
        || char.GetUnicodeCategory(value) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter;
}
