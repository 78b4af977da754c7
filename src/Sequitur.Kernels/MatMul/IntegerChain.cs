using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.MatMul;

/// <summary>
/// The contract of integer products: for each block of 32, ascending, the exact 32-bit sum of q·q; then acc = fma(sum, fl(dw·dx), acc) from +0,
/// and for formats with a minimum acc = fma(m, s, acc). Here is the chain itself, plain and in panels of 16 outputs.
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
    public static float Dot(EncodedRow x, byte* row, QuantizedFormat format, int blocks)
    {
        var q = stackalloc sbyte[Block];
        var acc = 0f;
        for (var b = 0; b < blocks; b++)
        {
            format.DecodeBlock(row + ((long)b * format.BlockBytes), q, out var scale, out var minimum);
            var sum = 0;
            for (var k = 0; k < Block; k++)
            {
                sum += q[k] * x.Integers[(b * Block) + k];
            }

            acc = MathF.FusedMultiplyAdd(sum, scale * x.Scales[b], acc);
            acc = format.HasMinimum ? MathF.FusedMultiplyAdd(minimum, x.Sums[b], acc) : acc;
        }

        return acc;
    }

    /// <summary>
    /// Continues totals[r·16 + lane] by <paramref name="count"/> (at most <see cref="Chunk"/>) blocks of x from <paramref name="first"/>.
    /// <paramref name="wide"/> has room for <see cref="WideWords"/>.
    /// </summary>
    public static void Accumulate(
        Tier tier, QuantizedFormat format, EncodedRow* x, int first, int rows, IntegerPanel panel, int count, float* totals, int* wide)
    {
        switch (tier)
        {
            case Tier.V512: Accumulate<IntegerSixteen, Sixteen>(format, x, first, rows, panel, count, totals, wide); break;
            case Tier.V256: Accumulate<IntegerEight, Eight>(format, x, first, rows, panel, count, totals, wide); break;
            default: Accumulate<IntegerFour, Four>(format, x, first, rows, panel, count, totals, wide); break;
        }
    }

    private static void Accumulate<I, V>(
        QuantizedFormat format, EncodedRow* x, int first, int rows, IntegerPanel panel, int count, float* totals, int* wide)
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
                group[i] = format.IsNibble ? row : row.Widen(wide + (i * count * 16), count);
            }

            var target = totals + (r * Lanes);
            if (format.IsNibble)
            {
                Accumulate<NibbleDot<I, V>, I, V>(group, step, panel, count, target, format.HasMinimum);
            }
            else
            {
                Accumulate<ByteDot<I, V>, I, V>(group, step, panel, count, target, format.HasMinimum);
            }

            r += step;
        }
    }

    private static void Accumulate<D, I, V>(EncodedRow* x, int rows, IntegerPanel panel, int count, float* totals, bool hasMinimum)
        where D : struct, IBlockDot<I>
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        for (var lane = 0; lane < Lanes; lane += V.Count)
        {
            if (rows == 4)
            {
                Four<D, I, V>(x, panel.Lane(lane), count, totals + lane, hasMinimum);
            }
            else
            {
                One<D, I, V>(*x, panel.Lane(lane), count, totals + lane, hasMinimum);
            }
        }
    }

    private static void Four<D, I, V>(EncodedRow* x, IntegerPanel panel, int count, float* totals, bool hasMinimum)
        where D : struct, IBlockDot<I>
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        int* x0 = x[0].Words, x1 = x[1].Words, x2 = x[2].Words, x3 = x[3].Words;
        V t0 = V.Load(totals), t1 = V.Load(totals + Lanes), t2 = V.Load(totals + (2 * Lanes)), t3 = V.Load(totals + (3 * Lanes));
        for (var b = 0; b < count; b++)
        {
            var w = panel.Integers + (b * QuantizedFormat.PanelBlockBytes);
            I s0 = default, s1 = default, s2 = default, s3 = default;
            for (var g = 0; g < 8; g++)
            {
                var word = I.Load(w + (g * 4 * Lanes));
                var (even, odd) = (D.First(word), D.Second(word));
                s0 = D.Add(s0, even, odd, x0, g);
                s1 = D.Add(s1, even, odd, x1, g);
                s2 = D.Add(s2, even, odd, x2, g);
                s3 = D.Add(s3, even, odd, x3, g);
            }

            var scale = V.Load(panel.Scales + (b * Lanes));
            t0 = V.Fma(I.ToFloat(D.Finish(s0)), scale * V.Broadcast(x[0].Scales[b]), t0);
            t1 = V.Fma(I.ToFloat(D.Finish(s1)), scale * V.Broadcast(x[1].Scales[b]), t1);
            t2 = V.Fma(I.ToFloat(D.Finish(s2)), scale * V.Broadcast(x[2].Scales[b]), t2);
            t3 = V.Fma(I.ToFloat(D.Finish(s3)), scale * V.Broadcast(x[3].Scales[b]), t3);
            if (hasMinimum)
            {
                var minimum = V.Load(panel.Minima + (b * Lanes));
                t0 = V.Fma(minimum, V.Broadcast(x[0].Sums[b]), t0);
                t1 = V.Fma(minimum, V.Broadcast(x[1].Sums[b]), t1);
                t2 = V.Fma(minimum, V.Broadcast(x[2].Sums[b]), t2);
                t3 = V.Fma(minimum, V.Broadcast(x[3].Sums[b]), t3);
            }

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

    private static void One<D, I, V>(EncodedRow x, IntegerPanel panel, int count, float* totals, bool hasMinimum)
        where D : struct, IBlockDot<I>
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var words = x.Words;
        var total = V.Load(totals);
        for (var b = 0; b < count; b++, words += D.Words)
        {
            var w = panel.Integers + (b * QuantizedFormat.PanelBlockBytes);
            I sum = default;
            for (var g = 0; g < 8; g++)
            {
                var word = I.Load(w + (g * 4 * Lanes));
                sum = D.Add(sum, D.First(word), D.Second(word), words, g);
            }

            total = V.Fma(I.ToFloat(D.Finish(sum)), V.Load(panel.Scales + (b * Lanes)) * V.Broadcast(x.Scales[b]), total);
            if (hasMinimum)
            {
                total = V.Fma(V.Load(panel.Minima + (b * Lanes)), V.Broadcast(x.Sums[b]), total);
            }
        }

        V.Store(totals, total);
    }
}
