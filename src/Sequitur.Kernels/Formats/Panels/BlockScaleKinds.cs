using System.Runtime.CompilerServices;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats.Panels;

/// <summary>A binary16 scale for 256 numbers.</summary>
internal readonly unsafe struct BlockScale : IPanelScales
{
    public static int Groups => 8;

    public static int Bytes => 32;

    public static void Store(in GroupScales scales, byte* block, int group, int row) => HalfScale.Store(scales, block, group, row);

    public static GroupTerms Terms(in GroupScales scales) => HalfScale.Terms(scales);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V StoredScale<I, V, H>(byte* block, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort> => HalfScale.StoredScale<I, V, H>(block, lane);
}

/// <summary>A binary16 scale for 256 numbers, times an integer for each 32.</summary>
internal readonly unsafe struct BlockScaleWithFactors : IPanelScales
{
    private const int Factors = 32;

    public static int Groups => 8;

    public static int Bytes => Factors + (8 * 16);

    public static void Store(in GroupScales scales, byte* block, int group, int row)
    {
        ((ushort*)block)[row] = scales.Scale;
        ((sbyte*)block)[Factors + (group * 16) + row] = scales.Factor0;
    }

    public static GroupTerms Terms(in GroupScales scales) => new(HalfBits.Widen(scales.Scale) * scales.Factor0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V StoredScale<I, V, H>(byte* block, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort> => H.Load<V>((ushort*)block + lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Scale<I, V>(V stored, byte* block, int group, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> => stored * I.ToFloat(I.LoadBytes((sbyte*)block + Factors + (group * 16) + lane));
}

/// <summary>
/// A binary16 scale and minimum for 256 numbers, each times an integer for each 32; the minimum is taken off.
/// </summary>
internal readonly unsafe struct BlockScaleAndMinimumWithFactors : IPanelScales
{
    private const int Factors = 64;
    private const int MinimumFactors = Factors + (8 * 16);

    public static int Groups => 8;

    public static int Bytes => MinimumFactors + (8 * 16);

    public static bool HasMinimum => true;

    public static void Store(in GroupScales scales, byte* block, int group, int row)
    {
        ((ushort*)block)[row] = scales.Scale;
        ((ushort*)block)[16 + row] = scales.Minimum;
        ((sbyte*)block)[Factors + (group * 16) + row] = scales.Factor0;
        ((sbyte*)block)[MinimumFactors + (group * 16) + row] = scales.MinimumFactor0;
    }

    public static GroupTerms Terms(in GroupScales scales) =>
        new(HalfBits.Widen(scales.Scale) * scales.Factor0, -(HalfBits.Widen(scales.Minimum) * scales.MinimumFactor0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V StoredScale<I, V, H>(byte* block, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort> => H.Load<V>((ushort*)block + lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Scale<I, V>(V stored, byte* block, int group, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> => stored * I.ToFloat(I.LoadBytes((sbyte*)block + Factors + (group * 16) + lane));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V StoredMinimum<I, V, H>(byte* block, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort> => -H.Load<V>((ushort*)block + 16 + lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Minimum<I, V>(V stored, byte* block, int group, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> => stored * I.ToFloat(I.LoadBytes((sbyte*)block + MinimumFactors + (group * 16) + lane));
}

/// <summary>A binary16 scale for 256 numbers, times an integer for each 16.</summary>
internal readonly unsafe struct BlockScaleWithHalves : IPanelScales
{
    private const int FirstFactor = 32;

    public static int Groups => 8;

    public static int Bytes => FirstFactor + (8 * 32);

    public static bool HasHalves => true;

    public static void Store(in GroupScales scales, byte* block, int group, int row)
    {
        ((ushort*)block)[row] = scales.Scale;
        var factors = (sbyte*)block + FirstFactor + (group * 32) + (row * 2);
        (factors[0], factors[1]) = (scales.Factor0, scales.Factor1);
    }

    public static GroupTerms Terms(in GroupScales scales) => new(HalfBits.Widen(scales.Scale), 0, scales.Factor0, scales.Factor1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V StoredScale<I, V, H>(byte* block, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort> => H.Load<V>((ushort*)block + lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Factors<I, V>(byte* block, int group, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> => I.LoadPairs((sbyte*)block + FirstFactor + (group * 32) + (lane * 2));
}

/// <summary>
/// A binary16 scale and minimum for 256 numbers, each times an integer from 0 to 15 for each 16, both in one byte; the minimum is taken off.
/// </summary>
internal readonly unsafe struct BlockScaleAndMinimumWithHalves : IPanelScales
{
    private const int FirstFactor = 64;

    public static int Groups => 8;

    public static int Bytes => FirstFactor + (8 * 32);

    public static bool HasMinimum => true;

    public static bool HasHalves => true;

    public static void Store(in GroupScales scales, byte* block, int group, int row)
    {
        ((ushort*)block)[row] = scales.Scale;
        ((ushort*)block)[16 + row] = scales.Minimum;
        var factors = block + FirstFactor + (group * 32) + (row * 2);
        factors[0] = (byte)((byte)scales.Factor0 | ((byte)scales.MinimumFactor0 << 4));
        factors[1] = (byte)((byte)scales.Factor1 | ((byte)scales.MinimumFactor1 << 4));
    }

    public static GroupTerms Terms(in GroupScales scales) => new(
        HalfBits.Widen(scales.Scale), -HalfBits.Widen(scales.Minimum), scales.Factor0, scales.Factor1, scales.MinimumFactor0, scales.MinimumFactor1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V StoredScale<I, V, H>(byte* block, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort> => H.Load<V>((ushort*)block + lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V StoredMinimum<I, V, H>(byte* block, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort> => -H.Load<V>((ushort*)block + 16 + lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Factors<I, V>(byte* block, int group, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> => I.And(Both<I, V>(block, group, lane), I.Broadcast(0x000F000F));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I MinimumFactors<I, V>(byte* block, int group, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> => I.And(I.ShiftRight(Both<I, V>(block, group, lane), 4), I.Broadcast(0x000F000F));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I Both<I, V>(byte* block, int group, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> => I.LoadPairs((sbyte*)block + FirstFactor + (group * 32) + (lane * 2));
}
