using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Norm;

/// <summary>
/// Root-mean-square norm (Zhang and Sennrich 2019, arXiv:1910.07467): y = (x·r)·(weight + offset) with r = 1/√(Σx²/width + epsilon) over each
/// group of width columns; without a weight y = x·r.
/// </summary>
public sealed unsafe class RmsNormKernel : NormKernel
{
    private readonly Operand _weight;
    private readonly Operand _y;
    private readonly float _epsilon;
    private readonly float _offset;

    /// <summary>Binds the kernel.</summary>
    /// <param name="processor">What it runs on.</param>
    /// <param name="x">F32 <c>[tokens, groups·width]</c>.</param>
    /// <param name="weight">F32 <c>[width]</c> or <c>[groups·width]</c>, or none.</param>
    /// <param name="y">F32, as x; may be the memory of x.</param>
    /// <param name="width">Columns that are normalised together: all, or a head's.</param>
    /// <param name="epsilon">Added to the mean of squares.</param>
    /// <param name="offset">Added to the weight: 1 where a checkpoint stores weight − 1 (Gemma), else 0.</param>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public RmsNormKernel(Processor processor, Operand x, Operand weight, Operand y, int width, float epsilon, float offset)
        : base(processor, x, width)
    {
        Require.SameFloats(x, "x", y, "y");
        RequireVector(weight, "weight");
        (_weight, _y, _epsilon, _offset) = (weight, y, epsilon, offset);
    }

    private protected override void Reference(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            for (var column = 0; column < X.Columns; column += Width)
            {
                float* x = X.Floats(row) + column, y = _y.Floats(row) + column, weight = Part(_weight, column);
                var r = Statistics.InverseRms(x, Width, _epsilon);
                for (var i = 0; i < Width; i++)
                {
                    y[i] = weight is null ? x[i] * r : x[i] * r * (weight[i] + _offset);
                }
            }
        }
    }

    private protected override void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            for (var column = 0; column < X.Columns; column += Width)
            {
                float* x = X.Floats(row) + column, y = _y.Floats(row) + column;
                var r = Statistics.InverseRms<V>(x, Width, _epsilon);
                Loops.Map<V, Body>(new(x, new(Part(_weight, column), _offset), y, r), Width);
            }
        }
    }

    private readonly struct Body(float* x, WeightRow weight, float* y, float r) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<V>(int i)
            where V : struct, ILanes<V> => V.Store(y + i, V.Load(x + i) * V.Broadcast(r) * weight.At<V>(i));
    }
}
