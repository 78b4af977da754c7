using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Norm;

/// <summary>Σ x.</summary>
internal readonly unsafe struct SumTerm(float* x) : ITerm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Join<V>(V accumulator, int i)
        where V : struct, ILanes<V> => accumulator + V.Load(x + i);
}

/// <summary>Σ (x − centre)².</summary>
internal readonly unsafe struct SquareTerm(float* x, float centre) : ITerm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Join<V>(V accumulator, int i)
        where V : struct, ILanes<V>
    {
        var d = V.Load(x + i) - V.Broadcast(centre);
        return V.Fma(d, d, accumulator);
    }
}

/// <summary>Σ dy·(weight + offset).</summary>
internal readonly unsafe struct GradientTerm(WeightRow weight, float* dy) : ITerm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Join<V>(V accumulator, int i)
        where V : struct, ILanes<V> => accumulator + (V.Load(dy + i) * weight.At<V>(i));
}

/// <summary>Σ dy·(weight + offset)·(x − centre).</summary>
internal readonly unsafe struct GradientProductTerm(WeightRow weight, float* dy, float* x, float centre) : ITerm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Join<V>(V accumulator, int i)
        where V : struct, ILanes<V> =>
        V.Fma(V.Load(dy + i) * weight.At<V>(i), V.Load(x + i) - V.Broadcast(centre), accumulator);
}

/// <summary>weight + offset for each number of a group; 1 where a norm has no weight. The offset −0 leaves every weight as it is, −0 included.</summary>
internal readonly unsafe struct WeightRow(float* weight, float offset)
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V At<V>(int i)
        where V : struct, ILanes<V> => weight is null ? V.Broadcast(1) : V.Load(weight + i) + V.Broadcast(offset);
}

/// <summary>The statistics of one group of numbers, as plain loops and over lanes: 16 accumulators, folded 8-4-2-1.</summary>
internal static unsafe class Statistics
{
    /// <summary>1/√(mean of squares + epsilon).</summary>
    public static float InverseRms(float* x, int width, float epsilon)
    {
        var a = stackalloc float[16];
        for (var i = 0; i < width; i++)
        {
            a[i % 16] = MathF.FusedMultiplyAdd(x[i], x[i], a[i % 16]);
        }

        return 1 / MathF.Sqrt((Loops.FoldSum(a) / width) + epsilon);
    }

    /// <summary>The mean, and 1/√(mean of squared differences from it + epsilon).</summary>
    public static (float Mean, float Inverse) MeanAndInverse(float* x, int width, float epsilon)
    {
        var a = stackalloc float[16];
        for (var i = 0; i < width; i++)
        {
            a[i % 16] += x[i];
        }

        var mean = Loops.FoldSum(a) / width;
        new Span<float>(a, 16).Clear();
        for (var i = 0; i < width; i++)
        {
            a[i % 16] = MathF.FusedMultiplyAdd(x[i] - mean, x[i] - mean, a[i % 16]);
        }

        return (mean, 1 / MathF.Sqrt((Loops.FoldSum(a) / width) + epsilon));
    }

    /// <inheritdoc cref="InverseRms(float*, int, float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float InverseRms<V>(float* x, int width, float epsilon)
        where V : struct, ILanes<V> =>
        1 / MathF.Sqrt((Loops.Sum<V, SquareTerm>(new(x, 0), width) / width) + epsilon);

    /// <inheritdoc cref="MeanAndInverse(float*, int, float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (float Mean, float Inverse) MeanAndInverse<V>(float* x, int width, float epsilon)
        where V : struct, ILanes<V>
    {
        var mean = Loops.Sum<V, SumTerm>(new(x), width) / width;
        return (mean, 1 / MathF.Sqrt((Loops.Sum<V, SquareTerm>(new(x, mean), width) / width) + epsilon));
    }
}
