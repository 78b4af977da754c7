using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sequitur.Kernels.Formats;

/// <summary>Bits of 32 numbers out of 32 bytes that hold those of other groups, too: how blocks of 256 store them.</summary>
internal static unsafe class BitPlanes
{
    private const int Half = 16;

    /// <summary>integers[i] = (plane[i] ≫ <paramref name="shift"/>) &amp; <paramref name="mask"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read(byte* plane, int shift, byte mask, byte* integers)
    {
        Take(plane, shift, mask).Store(integers);
        Take(plane + Half, shift, mask).Store(integers + Half);
    }

    /// <summary>integers[i] |= ((plane[i] ≫ <paramref name="shift"/>) &amp; <paramref name="mask"/>) ≪ <paramref name="place"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(byte* plane, int shift, byte mask, int place, byte* integers)
    {
        (Vector128.Load(integers) | (Take(plane, shift, mask) << place)).Store(integers);
        (Vector128.Load(integers + Half) | (Take(plane + Half, shift, mask) << place)).Store(integers + Half);
    }

    // What words carry over from one byte into the next lies above the mask.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Take(byte* plane, int shift, byte mask) =>
        (Vector128.Load(plane).AsUInt16() >>> shift).AsByte() & Vector128.Create(mask);
}
