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

    public override long Bytes(int groups) => PanelPlaces<B, S>.Bytes(groups);

    public override void Store(byte* panel, int groups, int group, int row, uint* words, in GroupScales scales)
    {
        B.Store(words, 0, PanelPlaces<B, S>.Integers(panel, group), row);
        S.Store(scales, PanelPlaces<B, S>.Scales(panel, group), group % S.Groups, row);
    }

    public override bool Move(in PanelRows rows, int groups, int blockBytes, int wordsAt, byte* panel)
    {
        if (B.StoredWords == 0 || S.Groups != 1)
        {
            throw new NotSupportedException("this layout keeps numbers in several planes, or scales of several groups: its blocks cannot be moved as they are");
        }

        var isFinite = true;
        for (var row = 0; row < PanelRows.Count; row += 4)
        {
            byte* first = At(rows, row, groups, blockBytes), second = At(rows, row + 1, groups, blockBytes), third = At(rows, row + 2, groups, blockBytes), fourth = At(rows, row + 3, groups, blockBytes);
            for (var group = 0; group < groups; group++)
            {
                var target = (uint*)PanelPlaces<B, S>.Integers(panel, group) + row;
                for (var word = 0; word < B.StoredWords; word += 4)
                {
                    var from = wordsAt + (word * sizeof(uint));
                    Quads.Turn((uint*)(first + from), (uint*)(second + from), (uint*)(third + from), (uint*)(fourth + from), target + (word * PanelRows.Count), PanelRows.Count);
                }

                var scales = PanelPlaces<B, S>.Scales(panel, group);
                isFinite &= MoveScales(first, scales, row) & MoveScales(second, scales, row + 1) & MoveScales(third, scales, row + 2) & MoveScales(fourth, scales, row + 3);
                first += blockBytes;
                second += blockBytes;
                third += blockBytes;
                fourth += blockBytes;
            }
        }

        return isFinite;
    }

    public override GroupTerms Terms(in GroupScales scales) => S.Terms(scales);

    public override int Value(byte stored) => T.HasTable ? T.Table[stored] : T.Largest == 0 ? (sbyte)stored : stored - T.Offset;

    public override void Multiply(EncodedRow* x, int rows, byte* panel, bool areFinite, int groups, float* totals, Tier tier)
    {
        if (areFinite)
        {
            Multiply<FiniteHalves>(x, rows, panel, groups, totals, tier);
        }
        else
        {
            Multiply<AnyHalves>(x, rows, panel, groups, totals, tier);
        }
    }

    private static void Multiply<H>(EncodedRow* x, int rows, byte* panel, int groups, float* totals, Tier tier)
        where H : struct, IStored<ushort>
    {
        switch (tier)
        {
            case Tier.V512: PanelStream<B, T, S>.Multiply<IntegerSixteen, Sixteen, H>(x, rows, panel, groups, totals); break;
            case Tier.V256: PanelStream<B, T, S>.Multiply<IntegerEight, Eight, H>(x, rows, panel, groups, totals); break;
            default: PanelStream<B, T, S>.Multiply<IntegerFour, Four, H>(x, rows, panel, groups, totals); break;
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

    private static byte* At(in PanelRows rows, int row, int groups, int blockBytes) => rows[row].Address((long)groups * blockBytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MoveScales(byte* block, byte* target, int row)
    {
        var scales = new GroupScales { Scale = *(ushort*)block, Minimum = S.HasMinimum ? ((ushort*)block)[1] : (ushort)0 };
        S.Store(scales, target, 0, row);
        return scales.AreFinite;
    }

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
            var block = PanelPlaces<B, S>.Scales(panel, group);
            for (var lane = 0; lane < PanelRows.Count; lane += V.Count)
            {
                var source = PanelPlaces<B, S>.Integers(panel, group) + (lane * 4);
                var at = (i * PanelRows.Count) + lane;
                V.Store(target.Scales + at, S.Scale<I, V>(S.StoredScale<I, V, AnyHalves>(block, lane), block, group % S.Groups, lane));
                if (S.HasMinimum)
                {
                    V.Store(target.Minima + at, S.Minimum<I, V>(S.StoredMinimum<I, V, AnyHalves>(block, lane), block, group % S.Groups, lane));
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
