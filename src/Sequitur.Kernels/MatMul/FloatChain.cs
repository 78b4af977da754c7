using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.MatMul;

/// <summary>
/// The contract of all float products: an output is a chain of fused multiply-adds over ascending k from +0, in blocks of
/// <see cref="Block"/>, the blocks' sums added in order. Here is the chain itself, plain and in panels of 16 outputs.
/// </summary>
/// <remarks>
/// Panels: outputs in lanes, eight accumulators in flight: at 512 bits eight rows of x (one weight vector, broadcasts from memory), below that
/// four rows and two vectors, which takes six loads for eight multiply-adds instead of nine. A multiply-add has a latency of 4 and, at 512 bits
/// on Zen 4, a throughput of one a cycle: four rows already fill the unit. Measured 2026-11-25 with eight rows at both widths, one thread of a
/// Zen 4, [1536, 576], 512 rows: 70 to 78 GFLOP/s in every format at 256 and 512 bits; one row, decoding included, 5 to 8 GFLOP/s.
/// </remarks>
internal static unsafe class FloatChain
{
    /// <summary>Numbers that one unbroken chain sums.</summary>
    public const int Block = 4096;

    private const int Lanes = PanelRows.Count;

    /// <summary>The reference: Σ a[k]·b[k].</summary>
    public static float Dot(float* a, float* b, long length)
    {
        var total = 0f;
        for (var first = 0L; first < length; first += Block)
        {
            var sum = 0f;
            for (var k = first; k < Math.Min(length, first + Block); k++)
            {
                sum = MathF.FusedMultiplyAdd(a[k], b[k], sum);
            }

            total = first == 0 ? sum : total + sum;
        }

        return total;
    }

    /// <summary>
    /// totals[r·totalStride + lane] = (merge: its value +) Σₖ x[r][offset + k]·panel[k·panelStride + lane] for one block of at most <see cref="Block"/>.
    /// </summary>
    public static void Accumulate(
        Tier tier, float** x, long offset, int rows, float* panel, int length, float* totals, long totalStride, bool merge, nint panelStride = Lanes)
    {
        switch (tier)
        {
            case Tier.V512: Accumulate<Sixteen>(x, offset, rows, panel, panelStride, length, totals, totalStride, merge); break;
            case Tier.V256: AccumulatePairs<Eight>(x, offset, rows, panel, panelStride, length, totals, totalStride, merge); break;
            case Tier.V128: AccumulatePairs<Four>(x, offset, rows, panel, panelStride, length, totals, totalStride, merge); break;
            default: AccumulatePairs<One>(x, offset, rows, panel, panelStride, length, totals, totalStride, merge); break;
        }
    }

    private static void Accumulate<V>(float** x, long offset, int rows, float* panel, nint panelStride, int length, float* totals, long totalStride, bool merge)
        where V : struct, ILanes<V>
    {
        var r = 0;
        for (; r + 8 <= rows; r += 8)
        {
            Eight<V>(x + r, offset, panel, panelStride, length, totals + (r * totalStride), totalStride, merge);
        }

        for (; r + 4 <= rows; r += 4)
        {
            Four<V>(x + r, offset, panel, panelStride, length, totals + (r * totalStride), totalStride, merge);
        }

        for (; r < rows; r++)
        {
            One<V>(x[r] + offset, panel, panelStride, length, totals + (r * totalStride), merge);
        }
    }

    private static void AccumulatePairs<V>(float** x, long offset, int rows, float* panel, nint panelStride, int length, float* totals, long totalStride, bool merge)
        where V : struct, ILanes<V>
    {
        for (var lane = 0; lane < Lanes; lane += 2 * V.Count)
        {
            var r = 0;
            for (; r + 4 <= rows; r += 4)
            {
                FourPairs<V>(x + r, offset, panel + lane, panelStride, length, totals + (r * totalStride) + lane, totalStride, merge);
            }

            for (; r < rows; r++)
            {
                OnePair<V>(x[r] + offset, panel + lane, panelStride, length, totals + (r * totalStride) + lane, merge);
            }
        }
    }

    private static void FourPairs<V>(float** x, long offset, float* panel, nint panelStride, int length, float* totals, long totalStride, bool merge)
        where V : struct, ILanes<V>
    {
        float* x0 = x[0] + offset, x1 = x[1] + offset, x2 = x[2] + offset, x3 = x[3] + offset;
        V a0 = V.Broadcast(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        for (nint k = 0; k < length; k++, panel += panelStride)
        {
            var (a, b) = (V.Load(panel), V.Load(panel + V.Count));
            var number = V.Broadcast(x0[k]);
            a0 = V.Fma(number, a, a0);
            b0 = V.Fma(number, b, b0);
            number = V.Broadcast(x1[k]);
            a1 = V.Fma(number, a, a1);
            b1 = V.Fma(number, b, b1);
            number = V.Broadcast(x2[k]);
            a2 = V.Fma(number, a, a2);
            b2 = V.Fma(number, b, b2);
            number = V.Broadcast(x3[k]);
            a3 = V.Fma(number, a, a3);
            b3 = V.Fma(number, b, b3);
        }

        Store(totals, a0, b0, merge);
        Store(totals + totalStride, a1, b1, merge);
        Store(totals + (2 * totalStride), a2, b2, merge);
        Store(totals + (3 * totalStride), a3, b3, merge);
    }

    private static void OnePair<V>(float* x, float* panel, nint panelStride, int length, float* totals, bool merge)
        where V : struct, ILanes<V>
    {
        V a = V.Broadcast(0), b = a;
        for (nint k = 0; k < length; k++, panel += panelStride)
        {
            var number = V.Broadcast(x[k]);
            a = V.Fma(number, V.Load(panel), a);
            b = V.Fma(number, V.Load(panel + V.Count), b);
        }

        Store(totals, a, b, merge);
    }

    private static void Eight<V>(float** x, long offset, float* panel, nint panelStride, int length, float* totals, long totalStride, bool merge)
        where V : struct, ILanes<V>
    {
        float* x0 = x[0] + offset, x1 = x[1] + offset, x2 = x[2] + offset, x3 = x[3] + offset;
        float* x4 = x[4] + offset, x5 = x[5] + offset, x6 = x[6] + offset, x7 = x[7] + offset;
        V s0 = V.Broadcast(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        for (nint k = 0; k < length; k++, panel += panelStride)
        {
            var w = V.Load(panel);
            s0 = V.Fma(V.Broadcast(x0[k]), w, s0);
            s1 = V.Fma(V.Broadcast(x1[k]), w, s1);
            s2 = V.Fma(V.Broadcast(x2[k]), w, s2);
            s3 = V.Fma(V.Broadcast(x3[k]), w, s3);
            s4 = V.Fma(V.Broadcast(x4[k]), w, s4);
            s5 = V.Fma(V.Broadcast(x5[k]), w, s5);
            s6 = V.Fma(V.Broadcast(x6[k]), w, s6);
            s7 = V.Fma(V.Broadcast(x7[k]), w, s7);
        }

        Store(totals, s0, merge);
        Store(totals + totalStride, s1, merge);
        Store(totals + (2 * totalStride), s2, merge);
        Store(totals + (3 * totalStride), s3, merge);
        Store(totals + (4 * totalStride), s4, merge);
        Store(totals + (5 * totalStride), s5, merge);
        Store(totals + (6 * totalStride), s6, merge);
        Store(totals + (7 * totalStride), s7, merge);
    }

    private static void Four<V>(float** x, long offset, float* panel, nint panelStride, int length, float* totals, long totalStride, bool merge)
        where V : struct, ILanes<V>
    {
        float* x0 = x[0] + offset, x1 = x[1] + offset, x2 = x[2] + offset, x3 = x[3] + offset;
        V s0 = V.Broadcast(0), s1 = s0, s2 = s0, s3 = s0;
        for (nint k = 0; k < length; k++, panel += panelStride)
        {
            var w = V.Load(panel);
            s0 = V.Fma(V.Broadcast(x0[k]), w, s0);
            s1 = V.Fma(V.Broadcast(x1[k]), w, s1);
            s2 = V.Fma(V.Broadcast(x2[k]), w, s2);
            s3 = V.Fma(V.Broadcast(x3[k]), w, s3);
        }

        Store(totals, s0, merge);
        Store(totals + totalStride, s1, merge);
        Store(totals + (2 * totalStride), s2, merge);
        Store(totals + (3 * totalStride), s3, merge);
    }

    private static void One<V>(float* x, float* panel, nint panelStride, int length, float* totals, bool merge)
        where V : struct, ILanes<V>
    {
        var sum = V.Broadcast(0);
        for (nint k = 0; k < length; k++, panel += panelStride)
        {
            sum = V.Fma(V.Broadcast(x[k]), V.Load(panel), sum);
        }

        Store(totals, sum, merge);
    }

    private static void Store<V>(float* totals, V a, V b, bool merge)
        where V : struct, ILanes<V>
    {
        Store(totals, a, merge);
        Store(totals + V.Count, b, merge);
    }

    private static void Store<V>(float* total, V sum, bool merge)
        where V : struct, ILanes<V> => V.Store(total, merge ? V.Load(total) + sum : sum);
}
