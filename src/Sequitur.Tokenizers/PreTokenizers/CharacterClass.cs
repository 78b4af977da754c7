using System.Globalization;
using System.Text;

namespace Sequitur.Tokenizers;

/// <summary>The four classes of characters that the patterns of byte-level tokenizers tell apart.</summary>
internal enum CharacterClass : byte
{
    /// <summary><c>[^\s\p{L}\p{N}]</c>, and invalid bytes.</summary>
    Other,

    /// <summary><c>\p{L}</c>.</summary>
    Letter,

    /// <summary><c>\p{N}</c>: Nd, Nl and No.</summary>
    Number,

    /// <summary><c>\s</c>: the property White_Space.</summary>
    Space,
}

/// <summary>Reads UTF-8 by <see cref="CharacterClass"/>.</summary>
internal static class Characters
{
    private static readonly CharacterClass[] s_ascii = [.. Enumerable.Range(0, 128).Select(value => Classify(new Rune(value)))];

    /// <summary>The class of the character at <paramref name="at"/>, and its length in bytes.</summary>
    public static CharacterClass ClassAt(ReadOnlySpan<byte> utf8, int at, out int length)
    {
        byte first = utf8[at];
        if (first < 128)
        {
            length = 1;
            return s_ascii[first];
        }

        // Invalid input gives U+FFFD and the length of the maximal invalid part: a symbol, as that character itself is.
        Rune.DecodeFromUtf8(utf8[at..], out Rune rune, out length);
        return Classify(rune);
    }

    /// <summary>Where the run of characters of one class ends that goes on at <paramref name="at"/>.</summary>
    public static int EndOfRun(ReadOnlySpan<byte> utf8, int at, CharacterClass kind)
    {
        while (at < utf8.Length && ClassAt(utf8, at, out int length) == kind)
        {
            at += length;
        }

        return at;
    }

    private static CharacterClass Classify(Rune rune)
    {
        if (IsSpace(rune.Value))
        {
            return CharacterClass.Space;
        }

        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterClass.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterClass.Number,
            _ => CharacterClass.Other,
        };
    }

    // White_Space, spelled out: U+001C–001F, 180E, 200B and FEFF are not in it, whatever a library's own "is space" says.
    private static bool IsSpace(int value) => value is (>= 0x09 and <= 0x0D) or 0x20 or 0x85 or 0xA0 or 0x1680
        or (>= 0x2000 and <= 0x200A) or 0x2028 or 0x2029 or 0x202F or 0x205F or 0x3000;
}
