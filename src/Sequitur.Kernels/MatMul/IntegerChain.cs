using System.Runtime.CompilerServices;
using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Formats.Panels;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.MatMul;

/// <summary>
/// The contract of integer products: for each group of 32, ascending, the exact 32-bit sum of q·q (times the integer factors of both halves, where a
/// format has them); then acc = fma(sum, fl(dw·dx), acc) from +0; then, for formats with a minimum, acc = fma(m, s, acc), or where minima have integer factors
/// acc = fma(Σ factor·Σq, fl(m·dx), acc). Here is the chain itself, plain and in panels of 16 outputs.
/// </summary>
/// <remarks>
/// Four rows of x in flight, 32-bit words of four k broadcast to all outputs. Nibbles multiply as bytes (8 products and 8 sums of 16 bits a
/// block, one widening); signed bytes as 16-bit words (16 products, 16 sums), even and odd k apart, so that widening takes shifts only.
/// Measured 2026-11-25, one thread of a Zen 4, [1536, 576]: 512 rows Q4_1 184 / 154, Q8_0 111 / 92 Gop/s (512 / 256 bits); one row (from
/// registers, weights in cache) Q4_1 18 / 17, Q8_0 13 / 20 GB/s; decoding a panel for one row gave 7 and 11.
/// </remarks>
internal static unsafe class IntegerChain
{
    /// <summary>Blocks of a row that are decoded at once: a panel of 64 KiB.</summary>
    public const int Chunk = 128;

    /// <summary>Words that x takes in <see cref="ByteDot{I, V}"/>: a chunk of four rows.</summary>
    public const int WideWords = 4 * Chunk * 16;

    private const int Block = ElementTypes.GroupSize;
    private const int Lanes = PanelRows.Count;

    /// <summary>The reference: one output.</summary>
    public static float Dot(EncodedRow x, byte* row, QuantizedFormat format, int groups)
    {
        var q = stackalloc int[Block];
        var acc = 0f;
        for (var g = 0; g < groups; g++)
        {
            var terms = format.ReadGroup(row, g, q);
            var (first, last, firstOfX, lastOfX) = (0, 0, 0, 0);
            for (var k = 0; k < Block / 2; k++)
            {
                var (a, b) = (x.Integers[(g * Block) + k], x.Integers[(g * Block) + (Block / 2) + k]);
                (first, last) = (first + (q[k] * a), last + (q[(Block / 2) + k] * b));
                (firstOfX, lastOfX) = (firstOfX + a, lastOfX + b);
            }

            acc = MathF.FusedMultiplyAdd((terms.Factor0 * first) + (terms.Factor1 * last), terms.Scale * x.Scales[g], acc);
            if (format.Layout.HasHalfMinima)
            {
                var minima = (terms.MinimumFactor0 * firstOfX) + (terms.MinimumFactor1 * lastOfX);
                acc = MathF.FusedMultiplyAdd(minima, terms.Minimum * x.Scales[g], acc);
            }
            else if (format.Layout.HasMinimum)
            {
                acc = MathF.FusedMultiplyAdd(terms.Minimum, x.Sums[g], acc);
            }
        }

        return acc;
    }

    /// <summary>
    /// Continues totals[r·16 + lane] by <paramref name="count"/> (at most <see cref="Chunk"/>) groups of x from <paramref name="first"/>.
    /// <paramref name="wide"/> has room for <see cref="WideWords"/>.
    /// </summary>
    public static void Accumulate(
        Tier tier, PanelLayout layout, EncodedRow* x, int first, int rows, IntegerPanel panel, int count, float* totals, int* wide)
    {
        switch (tier)
        {
            case Tier.V512: Accumulate<IntegerSixteen, Sixteen>(layout, x, first, rows, panel, count, totals, wide); break;
            case Tier.V256: Accumulate<IntegerEight, Eight>(layout, x, first, rows, panel, count, totals, wide); break;
            default: Accumulate<IntegerFour, Four>(layout, x, first, rows, panel, count, totals, wide); break;
        }
    }

    private static void Accumulate<I, V>(
        PanelLayout layout, EncodedRow* x, int first, int rows, IntegerPanel panel, int count, float* totals, int* wide)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var group = stackalloc EncodedRow[4];
        for (var r = 0; r < rows;)
        {
            var step = rows - r >= 4 ? 4 : 1;
            for (var i = 0; i < step; i++)
            {
                var row = x[r + i].At(first);
                group[i] = layout.Kind == IntegerKind.Nibbles ? row : row.Widen(wide + (i * count * 16), count);
            }

            var target = totals + (r * Lanes);
            switch (layout.Kind)
            {
                case IntegerKind.Nibbles when layout.NibbleOffset == 0: Accumulate<NibbleDot<I, V>, I, V>(layout, group, step, panel, count, target); break;
                case IntegerKind.Nibbles: Accumulate<OffsetNibbleDot<I, V>, I, V>(layout, group, step, panel, count, target); break;
                case IntegerKind.Bytes: Accumulate<ByteDot<I, V>, I, V>(layout, group, step, panel, count, target); break;
                default: Accumulate<WordDot<I, V>, I, V>(layout, group, step, panel, count, target); break;
            }

            r += step;
        }
    }

    private static void Accumulate<D, I, V>(PanelLayout layout, EncodedRow* x, int rows, IntegerPanel panel, int count, float* totals)
        where D : struct, IBlockDot<I>
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        if (layout.HasHalfMinima)
        {
            Accumulate<D, HalfMinima, I, V>(x, rows, panel, count, totals, layout.NibbleOffset);
        }
        else if (layout.HasMinimum)
        {
            Accumulate<D, WholeMinimum, I, V>(x, rows, panel, count, totals, layout.NibbleOffset);
        }
        else
        {
            Accumulate<D, NoMinimum, I, V>(x, rows, panel, count, totals, layout.NibbleOffset);
        }
    }

    private static void Accumulate<D, M, I, V>(EncodedRow* x, int rows, IntegerPanel panel, int count, float* totals, int offset)
        where D : struct, IBlockDot<I>
        where M : struct, IMinimum
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        for (var lane = 0; lane < Lanes; lane += V.Count)
        {
            if (rows == 4)
            {
                Four<D, M, I, V>(x, panel.Lane(lane), count, totals + lane, offset);
            }
            else
            {
                One<D, M, I, V>(x, panel.Lane(lane), count, totals + lane, offset);
            }
        }
    }

    private static void Four<D, M, I, V>(EncodedRow* x, IntegerPanel panel, int count, float* totals, int offset)
        where D : struct, IBlockDot<I>
        where M : struct, IMinimum
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        int* x0 = x[0].Words, x1 = x[1].Words, x2 = x[2].Words, x3 = x[3].Words;
        V t0 = V.Load(totals), t1 = V.Load(totals + Lanes), t2 = V.Load(totals + (2 * Lanes)), t3 = V.Load(totals + (3 * Lanes));
        var w = panel.Integers;
        var negative = I.Broadcast((ushort)-offset * 0x00010001);
        for (var b = 0; b < count; b++, w += D.GroupBytes)
        {
            I s0 = default, s1 = default, s2 = default, s3 = default;
            for (var g = 0; g < 8; g++)
            {
                var (first, second) = (D.First(w, g), D.Second(w, g));
                s0 = D.Add(s0, first, second, x0, g);
                s1 = D.Add(s1, first, second, x1, g);
                s2 = D.Add(s2, first, second, x2, g);
                s3 = D.Add(s3, first, second, x3, g);
            }

            var scale = V.Load(panel.Scales + (b * Lanes));
            t0 = V.Fma(I.ToFloat(D.Finish(s0, negative, x[0].HalfSums + b)), scale * V.Broadcast(x[0].Scales[b]), t0);
            t1 = V.Fma(I.ToFloat(D.Finish(s1, negative, x[1].HalfSums + b)), scale * V.Broadcast(x[1].Scales[b]), t1);
            t2 = V.Fma(I.ToFloat(D.Finish(s2, negative, x[2].HalfSums + b)), scale * V.Broadcast(x[2].Scales[b]), t2);
            t3 = V.Fma(I.ToFloat(D.Finish(s3, negative, x[3].HalfSums + b)), scale * V.Broadcast(x[3].Scales[b]), t3);
            t0 = M.Add<I, V>(x + 0, panel, b, t0);
            t1 = M.Add<I, V>(x + 1, panel, b, t1);
            t2 = M.Add<I, V>(x + 2, panel, b, t2);
            t3 = M.Add<I, V>(x + 3, panel, b, t3);
            x0 += D.Words;
            x1 += D.Words;
            x2 += D.Words;
            x3 += D.Words;
        }

        V.Store(totals, t0);
        V.Store(totals + Lanes, t1);
        V.Store(totals + (2 * Lanes), t2);
        V.Store(totals + (3 * Lanes), t3);
    }

    private static void One<D, M, I, V>(EncodedRow* x, IntegerPanel panel, int count, float* totals, int offset)
        where D : struct, IBlockDot<I>
        where M : struct, IMinimum
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var words = x->Words;
        var total = V.Load(totals);
        var w = panel.Integers;
        var negative = I.Broadcast((ushort)-offset * 0x00010001);
        for (var b = 0; b < count; b++, words += D.Words, w += D.GroupBytes)
        {
            I sum = default;
            for (var g = 0; g < 8; g++)
            {
                sum = D.Add(sum, D.First(w, g), D.Second(w, g), words, g);
            }

            total = V.Fma(I.ToFloat(D.Finish(sum, negative, x->HalfSums + b)), V.Load(panel.Scales + (b * Lanes)) * V.Broadcast(x->Scales[b]), total);
            total = M.Add<I, V>(x, panel, b, total);
        }

        V.Store(totals, total);
    }

    /// <summary>What a group's minimum adds to a total. Known when the code is compiled: a call in the loop would keep the sums of all rows out of registers.</summary>
    private interface IMinimum
    {
        static abstract V Add<I, V>(EncodedRow* x, IntegerPanel panel, int group, V total)
            where I : struct, IIntegerLanes<I, V>
            where V : struct, ILanes<V>;
    }

    private readonly struct NoMinimum : IMinimum
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Add<I, V>(EncodedRow* x, IntegerPanel panel, int group, V total)
            where I : struct, IIntegerLanes<I, V>
            where V : struct, ILanes<V> => total;
    }

    private readonly struct WholeMinimum : IMinimum
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Add<I, V>(EncodedRow* x, IntegerPanel panel, int group, V total)
            where I : struct, IIntegerLanes<I, V>
            where V : struct, ILanes<V> => V.Fma(V.Load(panel.Minima + (group * Lanes)), V.Broadcast(x->Sums[group]), total);
    }

    private readonly struct HalfMinima : IMinimum
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Add<I, V>(EncodedRow* x, IntegerPanel panel, int group, V total)
            where I : struct, IIntegerLanes<I, V>
            where V : struct, ILanes<V>
        {
            var minima = I.MultiplyWords(I.Load(panel.MinimumFactors + (group * Lanes)), I.Broadcast(x->HalfSums[group]));
            return V.Fma(I.ToFloat(minima), V.Load(panel.Minima + (group * Lanes)) * V.Broadcast(x->Scales[group]), total);
        }
    }
}
