using System.Buffers;
using System.Globalization;
using System.Text;

namespace Sequitur.Cli.Output;

/// <summary>Text of users and models in a form that a terminal shows and does not obey, on one line.</summary>
internal static class PrintableText
{
    /// <summary>A token's bytes: spaces are <c>␣</c>, control characters and bytes that are no whole character are escaped (<c>\n</c>, <c>\x1b</c>, <c>\xE2</c>), a backslash is doubled.</summary>
    public static string OfPiece(ReadOnlySpan<byte> utf8)
    {
        var text = new StringBuilder(utf8.Length);
        while (!utf8.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(utf8, out var rune, out var used) == OperationStatus.Done)
            {
                _ = rune.Value switch
                {
                    ' ' => text.Append('␣'),
                    '\\' => text.Append(@"\\"),
                    _ => Append(text, rune),
                };
            }
            else
            {
                used = 1;
                text.Append(CultureInfo.InvariantCulture, $"\\x{utf8[0]:X2}");
            }

            utf8 = utf8[used..];
        }

        return text.ToString();
    }

    /// <summary>A text with control characters escaped.</summary>
    public static string Of(string text)
    {
        var shown = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Append(shown, rune);
        }

        return shown.ToString();
    }

    private static StringBuilder Append(StringBuilder text, Rune rune) => rune.Value switch
    {
        '\n' => text.Append(@"\n"),
        '\r' => text.Append(@"\r"),
        '\t' => text.Append(@"\t"),
        < ' ' or 0x7f => text.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
        _ when IsInvisible(rune) => text.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x4}}}"),
        _ => text.Append(rune.ToString()),
    };

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
