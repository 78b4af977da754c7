using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sequitur.Kernels.Formats;

/// <summary>The order in which ggml's blocks of 32 store nibbles and fifth bits, and the plain rounding that they share.</summary>
internal static unsafe class Halves
{
    private const int Half = 16;

    /// <summary>Sixteen bytes whose low nibbles are the numbers 0 to 15 and whose high nibbles are 16 to 31.</summary>
    public static void Unpack(byte* nibbles, byte* integers)
    {
        var pairs = Vector128.Load(nibbles);
        (pairs & Vector128.Create((byte)15)).Store(integers);
        (pairs >>> 4).Store(integers + Half);
    }

    /// <summary>The same with a fifth bit each: bit i of <paramref name="high"/> belongs to number i.</summary>
    public static void Unpack(byte* nibbles, uint high, byte* integers)
    {
        Unpack(nibbles, integers);
        var bits = Vector128.CreateScalar(high).AsByte();
        (Vector128.Load(integers) | Fifth(bits, 0)).Store(integers);
        (Vector128.Load(integers + Half) | Fifth(bits, 2)).Store(integers + Half);
    }

    // Sixteen for each bit that is set in two bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Fifth(Vector128<byte> bits, byte first)
    {
        var second = (byte)(first + 1);
        var spread = Vector128.Shuffle(bits, Vector128.Create(first, first, first, first, first, first, first, first, second, second, second, second, second, second, second, second));
        var place = Vector128.Create(0x8040_2010_0804_0201UL).AsByte();
        return Vector128.Equals(spread & place, place) & Vector128.Create((byte)16);
    }

    /// <summary>Writes nibbles; higher bits are left out.</summary>
    public static void Pack(ReadOnlySpan<byte> integers, Span<byte> nibbles)
    {
        for (var i = 0; i < Half; i++)
        {
            nibbles[i] = (byte)((integers[i] & 15) | (integers[Half + i] << 4));
        }
    }

    /// <summary>Writes fifth bits.</summary>
    public static void PackHigh(ReadOnlySpan<byte> integers, Span<byte> destination)
    {
        var high = 0u;
        for (var i = 0; i < 2 * Half; i++)
        {
            high |= (uint)(integers[i] >> 4 & 1) << i;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(destination, high);
    }

    /// <summary>
    /// Plain rounding to integers from 0 to 2·<paramref name="offset"/>−1 around <paramref name="offset"/>: the number of the largest magnitude becomes the
    /// lowest integer exactly.
    /// </summary>
    /// <returns>The scale d: a number is d·(integer − offset).</returns>
    public static float Symmetric(ReadOnlySpan<float> numbers, int offset, Span<byte> integers)
    {
        var (largest, extreme) = (0f, 0f);
        foreach (var number in numbers)
        {
            if (largest < MathF.Abs(number))
            {
                (largest, extreme) = (MathF.Abs(number), number);
            }
        }

        var scale = extreme / -offset;
        var inverse = scale != 0 ? 1 / scale : 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            integers[i] = (byte)Math.Min((2 * offset) - 1, (int)((numbers[i] * inverse) + (offset + 0.5f)));
        }

        return scale;
    }

    /// <summary>Plain rounding to integers from 0 to <paramref name="levels"/> between the smallest and the largest number.</summary>
    /// <returns>Scale d and minimum m: a number is d·integer + m.</returns>
    public static (float Scale, float Minimum) Affine(ReadOnlySpan<float> numbers, int levels, Span<byte> integers)
    {
        var minimum = float.MaxValue;
        var maximum = -float.MaxValue;
        foreach (var number in numbers)
        {
            minimum = number < minimum ? number : minimum;
            maximum = number > maximum ? number : maximum;
        }

        var scale = (maximum - minimum) / levels;
        var inverse = scale != 0 ? 1 / scale : 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            integers[i] = (byte)Math.Min(levels, (int)(((numbers[i] - minimum) * inverse) + 0.5f));
        }

        return (scale, minimum);
    }
}
