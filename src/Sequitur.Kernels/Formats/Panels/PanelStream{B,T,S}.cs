using System.Runtime.CompilerServices;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats.Panels;

/// <summary>
/// A few rows of x with a panel, from memory to registers: the inner loop of a decode step, which reads every weight once. A panel is swept once for all of its
/// 16 rows and for up to four of x, so that arithmetic runs beside the reads; what lies ahead is asked for (<see cref="Prefetch"/>), also beyond the end, where
/// the next one begins.
/// </summary>
/// <remarks>
/// The sums are those of <see cref="IntegerChain"/>; integers may be summed in any order. The compiler unrolls no loops, and inlines only so much (some 600 calls): totals stay in
/// memory (the nearest cache), words go in a loop, and several rows of x take one vector of rows at a time, so that all of it becomes one method. Measured 2026-11-26, one thread of a
/// Zen 3 that reads 11 to 12 GB/s in four streams, [1536, 576] from memory: Q4_1 11.2 GB/s, Q8_0 11.8, F16 12.8 (medians; 13.9, 15.3 and 17.0 at best); from the nearest cache 28 and 40.
/// </remarks>
internal static unsafe class PanelStream<B, T, S>
    where B : struct, IPanelIntegers
    where T : struct, IPanelValues
    where S : struct, IPanelScales
{
    private const int Lanes = PanelRows.Count;

    /// <summary>Whether stored integers mean signed bytes.</summary>
    public static bool IsSigned
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.Largest == 0 || T.HasTable;
    }

    // How many products of words (of 2 · largest · 127 at most) fit a sum of 16 bits, as far as a group or half of it has them.
    private static int Run
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => S.HasHalves || T.Largest > 15 ? T.Largest > 31 ? 2 : 4 : 8;
    }

    /// <summary>totals[r·16 + lane] = the product of row r of x with row lane of the panel.</summary>
    public static void Multiply<I, V, H>(EncodedRow* x, int rows, byte* panel, int groups, float* totals)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort>
    {
        new Span<float>(totals, rows * Lanes).Clear();
        for (; rows >= 4; rows -= 4, x += 4, totals += 4 * Lanes)
        {
            Four<I, V, H>(x, panel, groups, totals);
        }

        for (; rows >= 2; rows -= 2, x += 2, totals += 2 * Lanes)
        {
            Two<I, V, H>(x, panel, groups, totals);
        }

        if (rows > 0 && V.Count == Lanes)
        {
            OneWide<I, V, H>(x, panel, groups, totals);
        }
        else if (rows > 0)
        {
            One<I, V, H>(x, panel, groups, totals);
        }
    }

    // Vectors that hold all rows.
    private static void OneWide<I, V, H>(EncodedRow* x, byte* panel, int groups, float* totals)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort>
    {
        var x0 = *x;
        I table = T.HasTable ? I.LoadTable(T.Table) : default;
        var total = V.Load(totals);
        Stored<I, V, H> stored = default;
        var at = panel;
        for (var group = 0; group < groups; group++, at += PanelPlaces<B, S>.Stride)
        {
            Ask(at);
            byte* block = PanelPlaces<B, S>.Scales(panel, group), integers = PanelPlaces<B, S>.Integers(panel, group);
            var y0 = x0.Words + (group * 8);
            if (Inner(group) == 0)
            {
                stored = new(block, 0);
            }

            var factors = new Factors<I, V>(block, group, 0);
            I a = default, b = a;
            for (nint i = 0; i < 4; i++)
            {
                Add<I, V>(integers, i, table, factors, I.BroadcastAt(y0, i), I.BroadcastAt(y0, i + 4), ref a, ref b);
            }

            total = Row<I, V, H>(x0, Finish<I, V>(factors, a, b, x0.HalfSums + group), new Weighing<I, V, H>(stored, block, group, 0), group, total);
        }

        V.Store(totals, total);
    }

    // Two vectors of rows at a time take each word of x once.
    private static void One<I, V, H>(EncodedRow* x, byte* panel, int groups, float* totals)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort>
    {
        var x0 = *x;
        I table = T.HasTable ? I.LoadTable(T.Table) : default;
        Stored<I, V, H> lowStored = default, highStored = default;
        var at = panel;
        for (var group = 0; group < groups; group++, at += PanelPlaces<B, S>.Stride)
        {
            Ask(at);
            byte* block = PanelPlaces<B, S>.Scales(panel, group), integers = PanelPlaces<B, S>.Integers(panel, group);
            var y0 = x0.Words + (group * 8);
            for (var lane = 0; lane < Lanes; lane += 2 * V.Count)
            {
                if (Inner(group) == 0 || 2 * V.Count < Lanes)
                {
                    (lowStored, highStored) = (new(block, lane), new(block, lane + V.Count));
                }

                var (low, high) = (new Factors<I, V>(block, group, lane), new Factors<I, V>(block, group, lane + V.Count));
                I a0 = default, b0 = a0, a1 = a0, b1 = a0;
                var w0 = integers + (lane * 4);
                var w1 = w0 + (V.Count * 4);
                for (nint i = 0; i < 4; i++)
                {
                    I first = I.BroadcastAt(y0, i), last = I.BroadcastAt(y0, i + 4);
                    Add<I, V>(w0, i, table, low, first, last, ref a0, ref b0);
                    Add<I, V>(w1, i, table, high, first, last, ref a1, ref b1);
                }

                var t = totals + lane;
                V.Store(t, Row<I, V, H>(x0, Finish<I, V>(low, a0, b0, x0.HalfSums + group), new Weighing<I, V, H>(lowStored, block, group, lane), group, V.Load(t)));
                t += V.Count;
                V.Store(t, Row<I, V, H>(x0, Finish<I, V>(high, a1, b1, x0.HalfSums + group), new Weighing<I, V, H>(highStored, block, group, lane + V.Count), group, V.Load(t)));
            }
        }
    }

    private static void Two<I, V, H>(EncodedRow* x, byte* panel, int groups, float* totals)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort>
    {
        var (x0, x1) = (x[0], x[1]);
        I table = T.HasTable ? I.LoadTable(T.Table) : default;
        var at = panel;
        for (var group = 0; group < groups; group++, at += PanelPlaces<B, S>.Stride)
        {
            Ask(at);
            byte* block = PanelPlaces<B, S>.Scales(panel, group), integers = PanelPlaces<B, S>.Integers(panel, group);
            int* y0 = x0.Words + (group * 8), y1 = x1.Words + (group * 8);
            for (var lane = 0; lane < Lanes; lane += V.Count)
            {
                var factors = new Factors<I, V>(block, group, lane);
                I a0 = default, b0 = a0, a1 = a0, b1 = a0;
                for (nint i = 0; i < 4; i++)
                {
                    Step<I, V>(integers + (lane * 4), i, table, factors, y0, y1, ref a0, ref b0, ref a1, ref b1);
                }

                var weighing = new Weighing<I, V, H>(block, group, lane);
                var t = totals + lane;
                V.Store(t, Row<I, V, H>(x0, Finish<I, V>(factors, a0, b0, x0.HalfSums + group), weighing, group, V.Load(t)));
                V.Store(t + Lanes, Row<I, V, H>(x1, Finish<I, V>(factors, a1, b1, x1.HalfSums + group), weighing, group, V.Load(t + Lanes)));
            }
        }
    }

    private static void Four<I, V, H>(EncodedRow* x, byte* panel, int groups, float* totals)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort>
    {
        var (x0, x1, x2, x3) = (x[0], x[1], x[2], x[3]);
        I table = T.HasTable ? I.LoadTable(T.Table) : default;
        var at = panel;
        for (var group = 0; group < groups; group++, at += PanelPlaces<B, S>.Stride)
        {
            Ask(at);
            byte* block = PanelPlaces<B, S>.Scales(panel, group), integers = PanelPlaces<B, S>.Integers(panel, group);
            int* y0 = x0.Words + (group * 8), y1 = x1.Words + (group * 8), y2 = x2.Words + (group * 8), y3 = x3.Words + (group * 8);
            for (var lane = 0; lane < Lanes; lane += V.Count)
            {
                var factors = new Factors<I, V>(block, group, lane);
                I a0 = default, b0 = a0, a1 = a0, b1 = a0, a2 = a0, b2 = a0, a3 = a0, b3 = a0;
                for (nint i = 0; i < 4; i++)
                {
                    var (first, last) = Words<I, V>(integers + (lane * 4), i, table);
                    var (m, n) = (Magnitudes<I, V>(first), Magnitudes<I, V>(last));
                    a0 = Add<I, V>(a0, first, m, factors.Low, I.BroadcastAt(y0, i));
                    a1 = Add<I, V>(a1, first, m, factors.Low, I.BroadcastAt(y1, i));
                    a2 = Add<I, V>(a2, first, m, factors.Low, I.BroadcastAt(y2, i));
                    a3 = Add<I, V>(a3, first, m, factors.Low, I.BroadcastAt(y3, i));
                    b0 = Add<I, V>(b0, last, n, factors.High, I.BroadcastAt(y0, i + 4));
                    b1 = Add<I, V>(b1, last, n, factors.High, I.BroadcastAt(y1, i + 4));
                    b2 = Add<I, V>(b2, last, n, factors.High, I.BroadcastAt(y2, i + 4));
                    b3 = Add<I, V>(b3, last, n, factors.High, I.BroadcastAt(y3, i + 4));
                }

                var weighing = new Weighing<I, V, H>(block, group, lane);
                var t = totals + lane;
                V.Store(t, Row<I, V, H>(x0, Finish<I, V>(factors, a0, b0, x0.HalfSums + group), weighing, group, V.Load(t)));
                V.Store(t + Lanes, Row<I, V, H>(x1, Finish<I, V>(factors, a1, b1, x1.HalfSums + group), weighing, group, V.Load(t + Lanes)));
                V.Store(t + (2 * Lanes), Row<I, V, H>(x2, Finish<I, V>(factors, a2, b2, x2.HalfSums + group), weighing, group, V.Load(t + (2 * Lanes))));
                V.Store(t + (3 * Lanes), Row<I, V, H>(x3, Finish<I, V>(factors, a3, b3, x3.HalfSums + group), weighing, group, V.Load(t + (3 * Lanes))));
            }
        }
    }

    // A group's place in its block of scales.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Inner(int group) => S.Groups == 1 ? 0 : (int)((uint)group % (uint)S.Groups);

    // Asks for as much as a group takes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ask(byte* at)
    {
        var ahead = Prefetch.Ahead(at);
        Prefetch.Lines(ahead);
        if (PanelPlaces<B, S>.Stride > 128)
        {
            Prefetch.Lines(ahead + 64);
        }

        if (PanelPlaces<B, S>.Stride > 256)
        {
            Prefetch.Lines(ahead + 128);
        }

        if (PanelPlaces<B, S>.Stride > 384)
        {
            Prefetch.Lines(ahead + 192);
        }

        if (PanelPlaces<B, S>.Stride > 512)
        {
            Prefetch.Lines(ahead + 256);
        }
    }

    // What a sum adds to a total.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Row<I, V, H>(in EncodedRow x, I sum, in Weighing<I, V, H> weighing, int group, V total)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort>
    {
        var scale = V.Broadcast(x.Scales[group]);
        total = V.Fma(I.ToFloat(sum), weighing.Scale * scale, total);
        if (!S.HasMinimum)
        {
            return total;
        }

        return S.HasHalves
            ? V.Fma(I.ToFloat(I.MultiplyWords(weighing.MinimumFactors, I.Broadcast(x.HalfSums[group]))), weighing.Minimum * scale, total)
            : V.Fma(weighing.Minimum, V.Broadcast(x.Sums[group]), total);
    }

    // Where first and last columns need no factors of their own, one sum takes both.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<I, V>(byte* integers, nint i, I table, in Factors<I, V> factors, I first, I last, ref I a, ref I b)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var (m, n) = Words<I, V>(integers, i, table);
        a = Add<I, V>(a, m, Magnitudes<I, V>(m), factors.Low, first);
        if (IsSigned || Run != 4)
        {
            a = Add<I, V>(a, n, Magnitudes<I, V>(n), factors.High, last);
        }
        else
        {
            b = Add<I, V>(b, n, Magnitudes<I, V>(n), factors.High, last);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<I, V>(byte* integers, nint i, I table, in Factors<I, V> factors, int* y0, int* y1, ref I a0, ref I b0, ref I a1, ref I b1)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var (first, last) = Words<I, V>(integers, i, table);
        var (m, n) = (Magnitudes<I, V>(first), Magnitudes<I, V>(last));
        a0 = Add<I, V>(a0, first, m, factors.Low, I.BroadcastAt(y0, i));
        a1 = Add<I, V>(a1, first, m, factors.Low, I.BroadcastAt(y1, i));
        b0 = Add<I, V>(b0, last, n, factors.High, I.BroadcastAt(y0, i + 4));
        b1 = Add<I, V>(b1, last, n, factors.High, I.BroadcastAt(y1, i + 4));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (I First, I Last) Words<I, V>(byte* integers, nint index, I table)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var (first, last) = B.Words<I, V>(integers, index);
        return T.HasTable ? (I.LookUp(table, first), I.LookUp(table, last)) : (first, last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I Magnitudes<I, V>(I word)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> => IsSigned ? I.Magnitudes(word) : default;

    // Products of unsigned bytes are summed in 16 bits as far as they fit, and widened later; factors of halves are multiplied in while widening.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I Add<I, V>(I sum, I word, I magnitudes, I factor, I x)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> => IsSigned
            ? I.AddIntegers(sum, I.MultiplySigned(magnitudes, word, x))
            : Run == 2
                ? I.AddIntegers(sum, I.MultiplyWords(I.MultiplyBytes(word, x), factor))
                : I.AddWords(sum, I.MultiplyBytes(word, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I Finish<I, V>(in Factors<I, V> factors, I first, I last, int* halfSums)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var sum = IsSigned || Run == 2 ? I.AddIntegers(first, last)
            : Run == 8 ? I.MultiplyWords(I.AddWords(first, last), factors.Low)
            : I.AddIntegers(I.MultiplyWords(first, factors.Low), I.MultiplyWords(last, factors.High));
        return T.Offset == 0 ? sum : I.AddIntegers(sum, I.MultiplyWords(factors.Offsets, I.Broadcast(*halfSums)));
    }

    /// <summary>What the sums of the first and the last 16 columns are multiplied by, and what an offset takes off.</summary>
    private readonly struct Factors<I, V>
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        public readonly I Low;
        public readonly I High;
        public readonly I Offsets;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Factors(byte* block, int group, int lane)
        {
            var factors = S.HasHalves ? S.Factors<I, V>(block, Inner(group), lane) : I.Broadcast(0x00010001);
            (Low, High) = S.HasHalves ? HalfFactors.Spread<I, V>(factors) : (factors, factors);

            // 16-bit factors times the offset fit 16 bits: 128 · 32.
            Offsets = T.Offset == 0 ? default : I.MultiplyLow(factors, I.Broadcast((ushort)-T.Offset * 0x00010001));
        }
    }

    /// <summary>Scale and minimum as they are stored: read once for all groups of a block.</summary>
    private readonly struct Stored<I, V, H>
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort>
    {
        public readonly V Scale;
        public readonly V Minimum;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Stored(byte* block, int lane)
        {
            Scale = S.StoredScale<I, V, H>(block, lane);
            Minimum = S.HasMinimum ? S.StoredMinimum<I, V, H>(block, lane) : default;
        }
    }

    /// <summary>What a group's sums are multiplied by, in float32: read once for all rows of x.</summary>
    private readonly struct Weighing<I, V, H>
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
        where H : struct, IStored<ushort>
    {
        public readonly V Scale;
        public readonly V Minimum;
        public readonly I MinimumFactors;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Weighing(byte* block, int group, int lane)
            : this(new Stored<I, V, H>(block, lane), block, group, lane)
        {
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Weighing(in Stored<I, V, H> stored, byte* block, int group, int lane)
        {
            Scale = S.Scale<I, V>(stored.Scale, block, Inner(group), lane);
            Minimum = S.HasMinimum ? S.Minimum<I, V>(stored.Minimum, block, Inner(group), lane) : default;
            MinimumFactors = S.HasMinimum && S.HasHalves ? S.MinimumFactors<I, V>(block, Inner(group), lane) : default;
        }
    }
}
