using System.Buffers.Binary;

namespace Sequitur.Fuzz.Mutators;

/// <summary>Changes bytes without knowing what they mean: bits, numbers, cuts, repeats, pieces moved or taken from another input.</summary>
public sealed class ByteMutator : IMutator
{
    private const int MostChanges = 4;
    private const int MostGrowth = 1 << 16;

    /// <summary>Numbers at which lengths, counts and offsets break.</summary>
    public static ReadOnlySpan<ulong> Telling =>
    [
        0, 1, 2, 3, 4, 7, 8, 9, 12, 13, 31, 33, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0xFF_FFFF, 0x3FFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF,
        0x1_0000_0000, 1UL << 40, 1UL << 60, 1UL << 61, 1UL << 62, long.MaxValue, 1UL << 63, ulong.MaxValue - 63, ulong.MaxValue - 7, ulong.MaxValue,
    ];

    /// <inheritdoc/>
    public byte[] Mutate(byte[] input, byte[] other, Random random)
    {
        var bytes = (byte[])input.Clone();
        for (var change = random.Next(1, MostChanges + 1); change > 0; change--)
        {
            bytes = bytes.Length == 0 ? [.. other[..Math.Min(16, other.Length)]] : Change(bytes, other, random);
        }

        return bytes;
    }

    /// <summary>Writes a number of 1, 2, 4 or 8 bytes, cut to what fits.</summary>
    public static void Write(Span<byte> target, ulong value, bool bigEndian)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        bytes = bytes[..target.Length];
        if (bigEndian)
        {
            bytes.Reverse();
        }

        bytes.CopyTo(target);
    }

    private static byte[] Change(byte[] bytes, byte[] other, Random random)
    {
        var at = Place(bytes.Length, random);
        var length = random.Next(1, 1 + Math.Min(bytes.Length - at, 1 << random.Next(8)));
        switch (random.Next(11))
        {
            case 0:
                return bytes[..at];
            case 1: // without a piece
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 2: // with a piece again and again
                var piece = bytes.AsSpan(at, length).ToArray();
                var times = random.Next(1, 1 + Math.Min(1 << random.Next(13), MostGrowth / length));
                return [.. bytes[..at], .. Enumerable.Repeat(piece, times).SelectMany(part => part), .. bytes[at..]];
            case 3: // goes on as another
                return [.. bytes[..at], .. other[Place(other.Length + 1, random)..]];
            case 4: // two pieces swapped
                return Swap(bytes, at, Place(bytes.Length, random), length);
            case 5: // a piece of another
                other.AsSpan(Math.Min(at, other.Length)..Math.Min(at + length, other.Length)).CopyTo(bytes.AsSpan(at));
                return bytes;
            case 6:
                bytes.AsSpan(at, length).Fill((byte)(random.Next(2) * 0xFF));
                return bytes;
            case 7 or 8:
                var width = Math.Min(bytes.Length - at, 1 << random.Next(4));
                Write(bytes.AsSpan(at, width), Telling[random.Next(Telling.Length)], random.Next(8) == 0);
                return bytes;
            case 9:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            default:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
        }
    }

    // Files have their heads in front: half of the places lie in the first part, a quarter in the first part of that, and so on.
    private static int Place(int length, Random random) => length == 0 ? 0 : random.Next(Math.Max(1, length >> (2 * random.Next(6))));

    private static byte[] Swap(byte[] bytes, int a, int b, int length)
    {
        length = Math.Min(length, bytes.Length - Math.Max(a, b));
        var first = bytes.AsSpan(a, length).ToArray();
        bytes.AsSpan(b, length).CopyTo(bytes.AsSpan(a));
        first.CopyTo(bytes.AsSpan(b));
        return bytes;
    }
}
