using System.Runtime.CompilerServices;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats.Panels;

/// <summary>A layout put together from how integers lie, what they mean, and how scales lie.</summary>
/// <remarks>All three are known when the code is compiled, so that each combination becomes a kernel of its own.</remarks>
internal sealed unsafe class PanelLayout<B, T, S> : PanelLayout
    where B : struct, IPanelIntegers
    where T : struct, IPanelValues
    where S : struct, IPanelScales
{
    /// <summary>The layout; it has no state.</summary>
    public static PanelLayout<B, T, S> Instance { get; } = new();

    public override IntegerKind Kind => S.HasHalves ? IntegerKind.Words : IsNibble ? IntegerKind.Nibbles : IntegerKind.Bytes;

    public override int NibbleOffset => Kind == IntegerKind.Nibbles ? T.Offset : 0;

    public override bool HasMinimum => S.HasMinimum;

    public override bool HasHalfMinima => S.HasMinimum && S.HasHalves;

    private static bool IsSigned
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => PanelStream<B, T, S>.IsSigned;
    }

    private static bool IsNibble
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !IsSigned && T.Largest <= 15;
    }

    public override long Bytes(int groups) => (((long)groups * B.Bytes) + ((groups + S.Groups - 1) / S.Groups * (long)S.Bytes) + 63) / 64 * 64;

    public override void Store(byte* panel, int groups, int group, int row, uint* words, in GroupScales scales)
    {
        B.Store(words, panel + ((long)group * B.Bytes), row);
        S.Store(scales, Scales(panel, groups, group), group % S.Groups, row);
    }

    public override GroupTerms Terms(in GroupScales scales) => S.Terms(scales);

    public override int Value(byte stored) => T.HasTable ? T.Table[stored] : T.Largest == 0 ? (sbyte)stored : stored - T.Offset;

    public override void Multiply(EncodedRow* x, int rows, byte* panel, int groups, float* totals, Tier tier)
    {
        switch (tier)
        {
            case Tier.V512: PanelStream<B, T, S>.Multiply<IntegerSixteen, Sixteen>(x, rows, panel, groups, totals); break;
            case Tier.V256: PanelStream<B, T, S>.Multiply<IntegerEight, Eight>(x, rows, panel, groups, totals); break;
            default: PanelStream<B, T, S>.Multiply<IntegerFour, Four>(x, rows, panel, groups, totals); break;
        }
    }

    public override void Decode(byte* panel, int groups, int first, int count, IntegerPanel target, Tier tier)
    {
        switch (tier)
        {
            case Tier.V512: Decode<IntegerSixteen, Sixteen>(panel, groups, first, count, target); break;
            case Tier.V256: Decode<IntegerEight, Eight>(panel, groups, first, count, target); break;
            default: Decode<IntegerFour, Four>(panel, groups, first, count, target); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Scales(byte* panel, int groups, int group) => panel + ((long)groups * B.Bytes) + (group / S.Groups * (long)S.Bytes);

    // A word as signed bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I Signed<I, V>(I word)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> =>
        T.HasTable ? I.LookUp(I.LoadTable(T.Table), word) : T.Offset != 0 ? I.SubtractBytes(word, I.Broadcast(T.Offset * 0x01010101)) : word;

    private static void Decode<I, V>(byte* panel, int groups, int first, int count, IntegerPanel target)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        for (var i = 0; i < count; i++)
        {
            var group = first + i;
            var block = Scales(panel, groups, group);
            for (var lane = 0; lane < PanelRows.Count; lane += V.Count)
            {
                var source = panel + ((long)group * B.Bytes) + (lane * 4);
                var at = (i * PanelRows.Count) + lane;
                V.Store(target.Scales + at, S.Scale<I, V>(block, group % S.Groups, lane));
                if (S.HasMinimum)
                {
                    V.Store(target.Minima + at, S.Minimum<I, V>(block, group % S.Groups, lane));
                }

                if (S.HasHalves)
                {
                    if (S.HasMinimum)
                    {
                        I.Store(target.MinimumFactors + at, S.MinimumFactors<I, V>(block, group % S.Groups, lane));
                    }

                    var (low, high) = HalfFactors.Spread<I, V>(S.Factors<I, V>(block, group % S.Groups, lane));
                    DecodeWords<I, V>(source, target.Integers + (i * 1024) + (lane * 4), low, high);
                }
                else
                {
                    DecodeBytes<I, V>(source, target.Integers + (i * 512) + (lane * 4));
                }
            }
        }
    }

    private static void DecodeWords<I, V>(byte* source, byte* target, I low, I high)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        for (var index = 0; index < 4; index++)
        {
            var (first, last) = B.Words<I, V>(source, index);
            StoreWords<I, V>(target + (index * 128), Signed<I, V>(first), low);
            StoreWords<I, V>(target + ((index + 4) * 128), Signed<I, V>(last), high);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreWords<I, V>(byte* target, I word, I factor)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        I.Store(target, I.MultiplyLow(I.EvenBytes(word), factor));
        I.Store(target + 64, I.MultiplyLow(I.OddBytes(word), factor));
    }

    private static void DecodeBytes<I, V>(byte* source, byte* target)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        for (var index = 0; index < 4; index++)
        {
            var (first, last) = B.Words<I, V>(source, index);
            I.Store(target + (index * 64), IsNibble ? first : Signed<I, V>(first));
            I.Store(target + ((index + 4) * 64), IsNibble ? last : Signed<I, V>(last));
        }
    }
}
