using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Norm;

/// <summary>
/// Layer norm (Ba et al. 2016, arXiv:1607.06450): y = ((x − mean)·r)·weight + bias with r = 1/√(Σ(x − mean)²/width + epsilon) over each group of
/// width columns; the last product and sum are rounded once.
/// </summary>
public sealed unsafe class LayerNormKernel : NormKernel
{
    private readonly Operand _weight;
    private readonly Operand _bias;
    private readonly Operand _y;
    private readonly float _epsilon;

    /// <summary>Binds the kernel.</summary>
    /// <param name="processor">What it runs on.</param>
    /// <param name="x">F32 <c>[tokens, groups·width]</c>.</param>
    /// <param name="weight">F32 <c>[width]</c> or <c>[groups·width]</c>, or none.</param>
    /// <param name="bias">F32 <c>[width]</c> or <c>[groups·width]</c>, or none.</param>
    /// <param name="y">F32, as x; may be the memory of x.</param>
    /// <param name="width">Columns that are normalised together: all, or a head's.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public LayerNormKernel(Processor processor, Operand x, Operand weight, Operand bias, Operand y, int width, float epsilon)
        : base(processor, x, width)
    {
        Require.SameFloats(x, "x", y, "y");
        RequireVector(weight, "weight");
        RequireVector(bias, "bias");
        (_weight, _bias, _y, _epsilon) = (weight, bias, y, epsilon);
    }

    private protected override void Reference(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            for (var column = 0; column < X.Columns; column += Width)
            {
                float* x = X.Floats(row) + column, y = _y.Floats(row) + column;
                float* weight = Part(_weight, column), bias = Part(_bias, column);
                var (mean, r) = Statistics.MeanAndInverse(x, Width, _epsilon);
                for (var i = 0; i < Width; i++)
                {
                    var normal = (x[i] - mean) * r;
                    y[i] = bias is null ? normal * (weight is null ? 1 : weight[i]) : MathF.FusedMultiplyAdd(normal, weight is null ? 1 : weight[i], bias[i]);
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
                var (mean, r) = Statistics.MeanAndInverse<V>(x, Width, _epsilon);
                Loops.Map<V, Body>(new(x, new(Part(_weight, column), -0f), Part(_bias, column), y, mean, r), Width);
            }
        }
    }

    private readonly struct Body(float* x, WeightRow weight, float* bias, float* y, float mean, float r) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<V>(int i)
            where V : struct, ILanes<V>
        {
            var normal = (V.Load(x + i) - V.Broadcast(mean)) * V.Broadcast(r);
            V.Store(y + i, bias is null ? normal * weight.At<V>(i) : V.Fma(normal, weight.At<V>(i), V.Load(bias + i)));
        }
    }
}
