using Sequitur.Kernels.Formats.Panels;

namespace Sequitur.Kernels.Formats;

/// <summary>The 12 bytes in which Q4_K and Q5_K store a 6-bit factor of the scale and one of the minimum for each of 8 groups.</summary>
internal static unsafe class SixBitPairs
{
    /// <summary>Groups of a block.</summary>
    public const int Groups = 8;

    /// <summary>The largest factor.</summary>
    public const int Highest = 63;

    /// <summary>The scales of a group of a block that begins with binary16 d and m and those 12 bytes.</summary>
    public static GroupScales Read(byte* block, int group)
    {
        var bytes = block + 4;
        var (factor, minimum) = group < 4
            ? (bytes[group] & 63, bytes[group + 4] & 63)
            : ((bytes[group + 4] & 15) | (bytes[group - 4] >> 6 << 4), (bytes[group + 4] >> 4) | (bytes[group] >> 6 << 4));
        return new()
        {
            Scale = *(ushort*)block,
            Minimum = *(ushort*)(block + 2),
            Factor0 = (sbyte)factor,
            MinimumFactor0 = (sbyte)minimum,
        };
    }

    /// <summary>Writes the factors of all groups to 12 bytes.</summary>
    public static void Write(ReadOnlySpan<byte> factors, ReadOnlySpan<byte> minimumFactors, Span<byte> destination)
    {
        const int half = Groups / 2;
        for (var i = 0; i < half; i++)
        {
            destination[i] = (byte)(factors[i] | (factors[half + i] >> 4 << 6));
            destination[half + i] = (byte)(minimumFactors[i] | (minimumFactors[half + i] >> 4 << 6));
            destination[Groups + i] = (byte)((factors[half + i] & 15) | (minimumFactors[half + i] << 4));
        }
    }
}
