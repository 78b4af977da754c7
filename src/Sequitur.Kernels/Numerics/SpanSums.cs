using System.Runtime.CompilerServices;

namespace Sequitur.Kernels.Numerics;

/// <summary>What a sum over rows adds: one row at a time, lanes along its columns.</summary>
internal interface IRowTerm
{
    /// <summary>Turns to a row.</summary>
    void Select<V>(long row)
        where V : struct, ILanes<V>;

    /// <summary>Joins columns i to i + lanes of the row to as many accumulators.</summary>
    V Join<V>(V accumulator, int i)
        where V : struct, ILanes<V>;
}

/// <summary>Sums over rows for a block of columns: spans of 256 rows, each from +0, added in ascending order.</summary>
internal static unsafe class SpanSums
{
    /// <summary>Rows that are summed by themselves before they join the total.</summary>
    public const int Span = 256;

    /// <summary>Most columns of a block.</summary>
    public const int Block = 256;

    /// <summary>y[i] = Σ over rows of the term, for i below <paramref name="columns"/> (at most <see cref="Block"/>).</summary>
    public static void Sum<V, T>(T term, long rows, int columns, float* y)
        where V : struct, ILanes<V>
        where T : struct, IRowTerm
    {
        var span = stackalloc float[Block];
        new Span<float>(y, columns).Clear();
        for (long first = 0; first < rows; first += Span)
        {
            new Span<float>(span, columns).Clear();
            for (var row = first; row < Math.Min(first + Span, rows); row++)
            {
                term.Select<V>(row);
                Loops.Map<V, Joining<T>>(new(term, span), columns);
            }

            Loops.Map<V, Adding>(new(span, y), columns);
        }
    }

    private readonly struct Joining<T>(T term, float* span) : IMap
        where T : struct, IRowTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<V>(int i)
            where V : struct, ILanes<V> => V.Store(span + i, term.Join(V.Load(span + i), i));
    }

    private readonly struct Adding(float* span, float* y) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<V>(int i)
            where V : struct, ILanes<V> => V.Store(y + i, V.Load(y + i) + V.Load(span + i));
    }
}
