using System.Runtime.CompilerServices;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats;

/// <summary>How a number of a dense format is read into lanes.</summary>
internal unsafe interface IElement
{
    static abstract int Bytes { get; }

    static abstract V Load<I, V>(byte* source)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>;
}

/// <summary>One row of x with a packed panel of a dense format, from the panel to registers: the inner loop of a decode step.</summary>
internal static unsafe class DenseChain
{
    private const int Lanes = PanelRows.Count;

    /// <summary>As <see cref="DenseFormat.MultiplyRow"/>, from column <paramref name="first"/> of both on.</summary>
    public static void MultiplyRow<E>(float* x, byte* panel, int first, int length, float* totals, bool merge, Tier tier)
        where E : struct, IElement
    {
        panel += (long)first * E.Bytes * Lanes;
        switch (tier)
        {
            case Tier.V512: One<E, IntegerSixteen, Sixteen>(x + first, panel, length, totals, merge); break;
            case Tier.V256: Two<E, IntegerEight, Eight>(x + first, panel, length, totals, merge); break;
            default:
                Two<E, IntegerFour, Four>(x + first, panel, length, totals, merge);
                Two<E, IntegerFour, Four>(x + first, panel + (8 * E.Bytes), length, totals + 8, merge);
                break;
        }
    }

    // Four columns are spelled out: the compiler unrolls no loops.
    private static void One<E, I, V>(float* x, byte* panel, int length, float* totals, bool merge)
        where E : struct, IElement
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var sum = V.Broadcast(0);
        nint k = 0;
        for (; k + 4 <= length; k += 4, panel += 4 * Lanes * E.Bytes)
        {
            Ask<E>(panel);
            sum = V.Fma(V.Broadcast(x[k]), E.Load<I, V>(panel), sum);
            sum = V.Fma(V.Broadcast(x[k + 1]), E.Load<I, V>(panel + (Lanes * E.Bytes)), sum);
            sum = V.Fma(V.Broadcast(x[k + 2]), E.Load<I, V>(panel + (2 * Lanes * E.Bytes)), sum);
            sum = V.Fma(V.Broadcast(x[k + 3]), E.Load<I, V>(panel + (3 * Lanes * E.Bytes)), sum);
        }

        for (; k < length; k++, panel += Lanes * E.Bytes)
        {
            sum = V.Fma(V.Broadcast(x[k]), E.Load<I, V>(panel), sum);
        }

        Store(totals, sum, merge);
    }

    private static void Two<E, I, V>(float* x, byte* panel, int length, float* totals, bool merge)
        where E : struct, IElement
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        V a = V.Broadcast(0), b = a;
        nint k = 0;
        for (; k + 4 <= length; k += 4, panel += 4 * Lanes * E.Bytes)
        {
            Ask<E>(panel);
            Add<E, I, V>(x[k], panel, ref a, ref b);
            Add<E, I, V>(x[k + 1], panel + (Lanes * E.Bytes), ref a, ref b);
            Add<E, I, V>(x[k + 2], panel + (2 * Lanes * E.Bytes), ref a, ref b);
            Add<E, I, V>(x[k + 3], panel + (3 * Lanes * E.Bytes), ref a, ref b);
        }

        for (; k < length; k++, panel += Lanes * E.Bytes)
        {
            Add<E, I, V>(x[k], panel, ref a, ref b);
        }

        Store(totals, a, merge);
        Store(totals + V.Count, b, merge);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<E, I, V>(float x, byte* panel, ref V a, ref V b)
        where E : struct, IElement
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var value = V.Broadcast(x);
        a = V.Fma(value, E.Load<I, V>(panel), a);
        b = V.Fma(value, E.Load<I, V>(panel + (V.Count * E.Bytes)), b);
    }

    // For as much as four columns take.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ask<E>(byte* at)
        where E : struct, IElement
    {
        var ahead = Prefetch.Ahead(at);
        Prefetch.Lines(ahead);
        if (E.Bytes > 2)
        {
            Prefetch.Lines(ahead + 64);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<V>(float* total, V sum, bool merge)
        where V : struct, ILanes<V> => V.Store(total, merge ? V.Load(total) + sum : sum);
}
