using System.Runtime.CompilerServices;

namespace Sequitur.Kernels.Formats.Panels;

/// <summary>
/// Where the groups of a panel lie: a few groups at a time, their scales first, then their integers, so that a sweep reads one stream of memory, and a vector of 64 bytes never
/// crosses a cache line.
/// </summary>
internal static unsafe class PanelPlaces<B, S>
    where B : struct, IPanelIntegers
    where S : struct, IPanelScales
{
    private const int Line = 64;

    /// <summary>Bytes that a group takes, its share of the scales included.</summary>
    public static int Stride
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => B.Bytes + (ScaleBytes / Groups);
    }

    // Groups that lie together: those that share a block of scales, or whose scales fill cache lines.
    private static int Groups
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => S.Groups > 1 ? S.Groups : S.Bytes % Line == 0 ? 1 : 2;
    }

    private static int ScaleBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => S.Groups > 1 ? (S.Bytes + Line - 1) / Line * Line : Groups * S.Bytes;
    }

    /// <summary>Bytes of a panel of so many groups, a multiple of 64.</summary>
    public static long Bytes(int groups) => ((groups + Groups - 1) / Groups * (long)ScaleBytes) + ((long)groups * B.Bytes);

    /// <summary>The block of scales that a group has to itself, or shares.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Scales(byte* panel, int group) =>
        Together(panel, group) + (S.Groups > 1 ? 0 : (uint)group % (uint)Groups * (uint)S.Bytes);

    /// <summary>A group's integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Integers(byte* panel, int group) => Together(panel, group) + ScaleBytes + ((uint)group % (uint)Groups * (uint)B.Bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Together(byte* panel, int group) => panel + ((uint)group / (uint)Groups * (long)(ScaleBytes + (Groups * B.Bytes)));
}
