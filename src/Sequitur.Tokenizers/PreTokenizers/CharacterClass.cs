using System.Buffers;
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

    /// <summary>Where the white space begins that a text ends with; its length if it ends with none.</summary>
    public static int StartOfTrailingSpaces(ReadOnlySpan<byte> utf8)
    {
        while (Rune.DecodeLastFromUtf8(utf8, out Rune rune, out int length) == OperationStatus.Done && IsSpace(rune.Value))
        {
            utf8 = utf8[..^length];
        }

        return utf8.Length;
    }

    /// <summary>Whether a text ends with a character of <c>\w</c>.</summary>
    public static bool EndsInWord(ReadOnlySpan<byte> utf8) => Rune.DecodeLastFromUtf8(utf8, out Rune rune, out _) == OperationStatus.Done && IsWord(rune);

    /// <summary>Whether a text begins with a character of <c>\w</c>.</summary>
    public static bool BeginsWithWord(ReadOnlySpan<byte> utf8) => Rune.DecodeFromUtf8(utf8, out Rune rune, out _) == OperationStatus.Done && IsWord(rune);

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

    // Alphabetic, marks, decimal digits, connectors, joiners (UTS 18, annex C). What is alphabetic beyond letters, letter numbers and marks are circled and squared letters.
    private static bool IsWord(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        <= UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation => true,
        UnicodeCategory.OtherSymbol => rune.Value is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189),
        _ => rune.Value is 0x200C or 0x200D,
    };

    // White_Space, spelled out: U+001C–001F, 180E, 200B and FEFF are not in it, whatever a library's own "is space" says.
    private static bool IsSpace(int value) => value is (>= 0x09 and <= 0x0D) or 0x20 or 0x85 or 0xA0 or 0x1680
        or (>= 0x2000 and <= 0x200A) or 0x2028 or 0x2029 or 0x202F or 0x205F or 0x3000;
}
