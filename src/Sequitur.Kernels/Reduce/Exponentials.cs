using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Reduce;

/// <summary>
/// The two sums of a softmax, as plain loops and over lanes: the maximum, and Σ e^(x − maximum) by 16 accumulators. A row of −∞ only, or one
/// with +∞, gives NaN.
/// </summary>
internal static unsafe class Exponentials
{
    public static (float Max, float Sum) Of(float* x, int count)
    {
        var max = float.NegativeInfinity;
        for (var i = 0; i < count; i++)
        {
            max = MathF.Max(max, x[i]);
        }

        var a = stackalloc float[16];
        for (var i = 0; i < count; i++)
        {
            a[i % 16] += Scalar.Exp(x[i] - max);
        }

        return (max, Loops.FoldSum(a));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (float Max, float Sum) Of<V>(float* x, int count)
        where V : struct, ILanes<V>
    {
        var max = Loops.Max<V>(x, count);
        return (max, Loops.Sum<V, Term>(new(x, max), count));
    }

    private readonly struct Term(float* x, float max) : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Join<V>(V accumulator, int i)
            where V : struct, ILanes<V> => accumulator + Functions.Exp(V.Load(x + i) - V.Broadcast(max));
    }
}
