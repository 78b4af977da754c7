using System.Runtime.CompilerServices;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats.Panels;

/// <summary>A binary16 scale a group.</summary>
internal readonly unsafe struct HalfScale : IPanelScales
{
    public static int Groups => 1;

    public static int Bytes => 32;

    public static void Store(in GroupScales scales, byte* block, int group, int row) => ((ushort*)block)[row] = scales.Scale;

    public static GroupTerms Terms(in GroupScales scales) => new(HalfBits.Widen(scales.Scale));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V StoredScale<I, V, H>(byte* block, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort> => H.Load<V>((ushort*)block + lane);
}

/// <summary>A binary16 scale and a binary16 minimum a group.</summary>
internal readonly unsafe struct HalfScaleAndMinimum : IPanelScales
{
    public static int Groups => 1;

    public static int Bytes => 64;

    public static bool HasMinimum => true;

    public static void Store(in GroupScales scales, byte* block, int group, int row)
    {
        ((ushort*)block)[row] = scales.Scale;
        ((ushort*)block)[16 + row] = scales.Minimum;
    }

    public static GroupTerms Terms(in GroupScales scales) => new(HalfBits.Widen(scales.Scale), HalfBits.Widen(scales.Minimum));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V StoredScale<I, V, H>(byte* block, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort> => H.Load<V>((ushort*)block + lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V StoredMinimum<I, V, H>(byte* block, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort> => H.Load<V>((ushort*)block + 16 + lane);
}

/// <summary>
/// A power of two a group, stored as the upper half of its binary32 (all powers from 2⁻¹³³ to 2¹²⁷ have no lower half).
/// </summary>
internal readonly unsafe struct PowerScale : IPanelScales
{
    public static int Groups => 1;

    public static int Bytes => 32;

    public static void Store(in GroupScales scales, byte* block, int group, int row) => ((ushort*)block)[row] = scales.Scale;

    public static GroupTerms Terms(in GroupScales scales) => new(BitConverter.Int32BitsToSingle(scales.Scale << 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V StoredScale<I, V, H>(byte* block, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort> => I.AsFloat(I.ShiftLeft(I.LoadWords((ushort*)block + lane), 16));
}
