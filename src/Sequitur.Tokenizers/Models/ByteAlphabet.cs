namespace Sequitur.Tokenizers;

/// <summary>
/// The alphabet in which byte-level BPE vocabularies are written (GPT-2, 2019): every byte has one printable character. Bytes that are
/// printable in Latin-1 (33–126, 161–172, 174–255) are that character; the other 68, in ascending order, are U+0100, U+0101, ….
/// </summary>
public static class ByteAlphabet
{
    private static readonly char[] s_charOfByte = MakeCharacters();
    private static readonly short[] s_byteOfChar = MakeBytes();

    /// <summary>The character for a byte.</summary>
    public static char CharOf(byte value) => s_charOfByte[value];

    /// <summary>The byte for a character; false if the character is not of the alphabet.</summary>
    public static bool TryByteOf(char character, out byte value)
    {
        short found = character < s_byteOfChar.Length ? s_byteOfChar[character] : (short)-1;
        value = (byte)found;
        return found >= 0;
    }

    /// <summary>The bytes that a string of a vocabulary spells.</summary>
    /// <param name="utf8">The string.</param>
    /// <param name="bytes">Receives them; as long as <paramref name="utf8"/> suffices.</param>
    /// <param name="length">How many they are.</param>
    /// <returns>False if a character is not of the alphabet.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> utf8, Span<byte> bytes, out int length)
    {
        length = 0;
        for (int i = 0; i < utf8.Length; i++)
        {
            // All characters of the alphabet have one byte or two.
            int character = utf8[i];
            if (character >= 0x80)
            {
                if (character is < 0xC2 or > 0xDF || i + 1 == utf8.Length || (utf8[i + 1] & 0xC0) != 0x80)
                {
                    return false;
                }

                character = (character & 0x1F) << 6 | utf8[++i] & 0x3F;
            }

            if (!TryByteOf((char)character, out byte value))
            {
                return false;
            }

            bytes[length++] = value;
        }

        return true;
    }

    private static bool IsPrintable(int value) => value is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255);

    private static char[] MakeCharacters()
    {
        var characters = new char[256];
        int next = 256;
        for (int value = 0; value < 256; value++)
        {
            characters[value] = (char)(IsPrintable(value) ? value : next++);
        }

        return characters;
    }

    private static short[] MakeBytes()
    {
        var bytes = new short[256 + 68];
        Array.Fill(bytes, (short)-1);
        for (int value = 0; value < 256; value++)
        {
            bytes[s_charOfByte[value]] = (short)value;
        }

        return bytes;
    }
}
