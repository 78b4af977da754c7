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

    public override bool ReadsWideRows => IsSigned;

    private static bool IsSigned
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.Largest == 0 || T.Table is not null;
    }

    private static bool IsNibble
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !IsSigned && T.Largest <= 15;
    }

    // How many products of words (of 2 · largest · 127 at most) fit a sum of 16 bits, as far as a group or half of it has them.
    private static int Run
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => S.HasHalves || T.Largest > 15 ? T.Largest > 31 ? 2 : 4 : 8;
    }

    public override long Bytes(int groups) => (((long)groups * B.Bytes) + ((groups + S.Groups - 1) / S.Groups * (long)S.Bytes) + 63) / 64 * 64;

    public override void Store(byte* panel, int groups, int group, int row, uint* words, in GroupScales scales)
    {
        B.Store(words, panel + ((long)group * B.Bytes), row);
        S.Store(scales, Scales(panel, groups, group), group % S.Groups, row);
    }

    public override GroupTerms Terms(in GroupScales scales) => S.Terms(scales);

    public override int Value(byte stored) => T.Table is not null ? T.Table[stored] : T.Largest == 0 ? (sbyte)stored : stored - T.Offset;

    public override void Multiply(EncodedRow x, byte* panel, int groups, float* totals, Tier tier)
    {
        switch (tier)
        {
            case Tier.V512: Multiply<IntegerSixteen, Sixteen>(x, panel, groups, totals); break;
            case Tier.V256: Multiply<IntegerEight, Eight>(x, panel, groups, totals); break;
            default: Multiply<IntegerFour, Four>(x, panel, groups, totals); break;
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

    private static void Multiply<I, V>(EncodedRow x, byte* panel, int groups, float* totals)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        for (var lane = 0; lane < PanelRows.Count; lane += V.Count)
        {
            var total = V.Broadcast(0);
            var integers = panel + (lane * 4);
            var words = x.Words;
            for (var group = 0; group < groups; group++, integers += B.Bytes, words += IsSigned ? 16 : 8)
            {
                var block = Scales(panel, groups, group);
                var sum = IsSigned ? SignedSum<I, V>(integers, words) : UnsignedSum<I, V>(integers, words, x.HalfSums[group], block, group % S.Groups, lane);
                total = V.Fma(I.ToFloat(sum), S.Scale<I, V>(block, group % S.Groups, lane) * V.Broadcast(x.Scales[group]), total);
                if (S.HasMinimum)
                {
                    var minimum = S.Minimum<I, V>(block, group % S.Groups, lane);
                    total = S.HasHalves
                        ? V.Fma(
                            I.ToFloat(I.MultiplyWords(S.MinimumFactors<I, V>(block, group % S.Groups, lane), I.Broadcast(x.HalfSums[group]))),
                            minimum * V.Broadcast(x.Scales[group]),
                            total)
                        : V.Fma(minimum, V.Broadcast(x.Sums[group]), total);
                }
            }

            V.Store(totals + lane, total);
        }
    }

    // Bytes as 16-bit words, even and odd columns apart, so that widening takes shifts only.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I SignedSum<I, V>(byte* integers, int* words)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var first = I.AddIntegers(SignedProduct<I, V>(integers, words, 0), SignedProduct<I, V>(integers, words, 1));
        var second = I.AddIntegers(SignedProduct<I, V>(integers, words, 2), SignedProduct<I, V>(integers, words, 3));
        first = I.AddIntegers(first, I.AddIntegers(SignedProduct<I, V>(integers, words, 4), SignedProduct<I, V>(integers, words, 5)));
        second = I.AddIntegers(second, I.AddIntegers(SignedProduct<I, V>(integers, words, 6), SignedProduct<I, V>(integers, words, 7)));
        return I.AddIntegers(first, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I SignedProduct<I, V>(byte* integers, int* words, int index)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var word = SignedWord<I, V>(integers, index);
        return I.AddIntegers(
            I.MultiplyWords(I.EvenBytes(word), I.Broadcast(words[index])), I.MultiplyWords(I.OddBytes(word), I.Broadcast(words[8 + index])));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I SignedWord<I, V>(byte* integers, int index)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var word = B.Word<I, V>(integers, index);
        return T.Table is not null ? I.LookUp(I.LoadTable(T.Table), word) : T.Offset != 0 ? I.SubtractBytes(word, I.Broadcast(T.Offset * 0x01010101)) : word;
    }

    // Products of bytes are summed in 16 bits as far as they fit, then widened; factors of halves are multiplied in while widening.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I UnsignedSum<I, V>(byte* integers, int* words, int halfSums, byte* block, int group, int lane)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var factors = S.HasHalves ? S.Factors<I, V>(block, group, lane) : I.Broadcast(0x00010001);
        var (low, high) = S.HasHalves ? Spread<I, V>(factors) : (factors, factors);
        var (a, b) = (Pair<I, V>(integers, words, 0), Pair<I, V>(integers, words, 2));
        var (c, d) = (Pair<I, V>(integers, words, 4), Pair<I, V>(integers, words, 6));
        var sum = Run switch
        {
            8 => I.MultiplyWords(I.AddWords(I.AddWords(a, b), I.AddWords(c, d)), low),
            4 => I.AddIntegers(I.MultiplyWords(I.AddWords(a, b), low), I.MultiplyWords(I.AddWords(c, d), high)),
            _ => I.AddIntegers(
                I.AddIntegers(I.MultiplyWords(a, low), I.MultiplyWords(b, low)), I.AddIntegers(I.MultiplyWords(c, high), I.MultiplyWords(d, high))),
        };
        if (T.Offset == 0)
        {
            return sum;
        }

        // 16-bit factors times the offset fit 16 bits: 128 · 32.
        var offsets = I.MultiplyLow(factors, I.Broadcast((ushort)-T.Offset * 0x00010001));
        return I.AddIntegers(sum, I.MultiplyWords(offsets, I.Broadcast(halfSums)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I Pair<I, V>(byte* integers, int* words, int index)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> => I.AddWords(
            I.MultiplyBytes(B.Word<I, V>(integers, index), I.Broadcast(words[index])),
            I.MultiplyBytes(B.Word<I, V>(integers, index + 1), I.Broadcast(words[index + 1])));

    // Pairs (a, b) of 16-bit integers to (a, a) and (b, b).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (I Low, I High) Spread<I, V>(I pairs)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var (low, high) = (I.And(pairs, I.Broadcast(0xFFFF)), I.ShiftRight(pairs, 16));
        return (I.Or(low, I.ShiftLeft(low, 16)), I.Or(high, I.ShiftLeft(high, 16)));
    }

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

                    var (low, high) = Spread<I, V>(S.Factors<I, V>(block, group % S.Groups, lane));
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
        for (var index = 0; index < 8; index++)
        {
            var word = SignedWord<I, V>(source, index);
            var factor = index < 4 ? low : high;
            I.Store(target + (index * 128), I.MultiplyLow(I.EvenBytes(word), factor));
            I.Store(target + (index * 128) + 64, I.MultiplyLow(I.OddBytes(word), factor));
        }
    }

    private static void DecodeBytes<I, V>(byte* source, byte* target)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        for (var index = 0; index < 8; index++)
        {
            I.Store(target + (index * 64), IsNibble ? B.Word<I, V>(source, index) : SignedWord<I, V>(source, index));
        }
    }
}
