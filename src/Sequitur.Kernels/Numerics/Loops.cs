using System.Runtime.CompilerServices;

namespace Sequitur.Kernels.Numerics;

/// <summary>What a loop does with numbers i to i + lanes of a row: load, compute, store.</summary>
internal interface IMap
{
    void At<V>(int i)
        where V : struct, ILanes<V>;
}

/// <summary>What a reduction does with numbers i to i + lanes of a row: joins them to as many accumulators.</summary>
internal interface ITerm
{
    V Join<V>(V accumulator, int i)
        where V : struct, ILanes<V>;
}

/// <summary>Loops over the numbers of a row. Tails run the same code in a single lane.</summary>
internal static unsafe class Loops
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Map<V, M>(M map, int count)
        where V : struct, ILanes<V>
        where M : struct, IMap
    {
        var i = 0;
        for (; i <= count - V.Count; i += V.Count)
        {
            map.At<V>(i);
        }

        for (; i < count; i++)
        {
            map.At<One>(i);
        }
    }

    /// <summary>Σ of terms by 16 accumulators: number i joins accumulator i mod 16, each from +0; folded 8-4-2-1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum<V, T>(T term, int count)
        where V : struct, ILanes<V>
        where T : struct, ITerm
    {
        var accumulators = default(Accumulators);
        var a = (float*)&accumulators;
        Accumulate<V, T>(term, count, 0, a);
        return FoldSum(a);
    }

    /// <summary>The largest of terms, by 16 accumulators from −∞; NaN where there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max<V>(float* x, int count)
        where V : struct, ILanes<V>
    {
        var accumulators = default(Accumulators);
        var a = (float*)&accumulators;
        Accumulate<V, Largest>(new(x), count, float.NegativeInfinity, a);
        return FoldMax(a);
    }

    /// <summary>Folds 16 accumulators by sums: 8, 4, 2, 1 apart. Overwrites them.</summary>
    public static float FoldSum(float* a)
    {
        for (var s = 8; s > 0; s /= 2)
        {
            for (var i = 0; i < s; i++)
            {
                a[i] += a[i + s];
            }
        }

        return a[0];
    }

    /// <summary>Folds 16 accumulators by maxima: 8, 4, 2, 1 apart. Overwrites them.</summary>
    public static float FoldMax(float* a)
    {
        for (var s = 8; s > 0; s /= 2)
        {
            for (var i = 0; i < s; i++)
            {
                a[i] = MathF.Max(a[i], a[i + s]);
            }
        }

        return a[0];
    }

    // One pass over the row a vector of accumulators: the accumulator stays in a register, and no more than 16 lanes exist.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate<V, T>(T term, int count, float start, float* a)
        where V : struct, ILanes<V>
        where T : struct, ITerm
    {
        var full = count - (count % 16);
        for (var lane = 0; lane < 16; lane += V.Count)
        {
            var accumulator = V.Broadcast(start);
            for (var i = lane; i < full; i += 16)
            {
                accumulator = term.Join(accumulator, i);
            }

            V.Store(a + lane, accumulator);
        }

        for (var i = full; i < count; i++)
        {
            a[i - full] = term.Join(new One(a[i - full]), i).Value;
        }
    }

    [InlineArray(16)]
    private struct Accumulators
    {
        private float _first;
    }

    private readonly struct Largest(float* x) : ITerm
    {
        public V Join<V>(V accumulator, int i)
            where V : struct, ILanes<V> => V.Max(accumulator, V.Load(x + i));
    }
}
