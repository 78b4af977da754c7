using System.Text;

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

    /// <summary>Whether all characters of a string are of the alphabet.</summary>
    public static bool Spells(string piece)
    {
        foreach (char character in piece)
        {
            if (!TryByteOf(character, out _))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// The bytes that a vocabulary string stands for. A string with a character outside the alphabet stands for its own UTF-8, as the
    /// reference decoder has it; encoding never makes such a token.
    /// </summary>
    public static byte[] Decode(string piece)
    {
        var bytes = new byte[piece.Length];
        for (int i = 0; i < piece.Length; i++)
        {
            if (!TryByteOf(piece[i], out bytes[i]))
            {
                return Encoding.UTF8.GetBytes(piece);
            }
        }

        return bytes;
    }

    /// <summary>The string that stands for these bytes in a vocabulary.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => string.Create(bytes.Length, bytes, (characters, from) =>
    {
        for (int i = 0; i < from.Length; i++)
        {
            characters[i] = s_charOfByte[from[i]];
        }
    });

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
