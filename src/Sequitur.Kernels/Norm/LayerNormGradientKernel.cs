using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Norm;

/// <summary>
/// The gradient of <see cref="LayerNormKernel"/> before its input: with g = dy·weight and d = x − mean,
/// dx = r·(g − Σg/width) − d·(r³/width · Σ g·d) over each group. (The bias's gradient is a sum of columns.)
/// </summary>
public sealed unsafe class LayerNormGradientKernel : NormKernel
{
    private readonly Operand _weight;
    private readonly Operand _dy;
    private readonly Operand _dx;
    private readonly float _epsilon;

    /// <summary>Binds the kernel; parameters as in <see cref="LayerNormKernel"/>.</summary>
    /// <param name="processor">What it runs on.</param>
    /// <param name="x">The norm's input, F32 <c>[tokens, groups·width]</c>.</param>
    /// <param name="weight">The norm's weight, or none.</param>
    /// <param name="dy">The gradient after the norm, F32, as x.</param>
    /// <param name="dx">The gradient before it, F32, as x; may be the memory of x or dy.</param>
    /// <param name="width">Columns that are normalised together.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public LayerNormGradientKernel(Processor processor, Operand x, Operand weight, Operand dy, Operand dx, int width, float epsilon)
        : base(processor, x, width)
    {
        Require.SameFloats(x, "x", dy, "dy");
        Require.SameFloats(x, "x", dx, "dx");
        RequireVector(weight, "weight");
        (_weight, _dy, _dx, _epsilon) = (weight, dy, dx, epsilon);
    }

    private protected override void Reference(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            for (var column = 0; column < X.Columns; column += Width)
            {
                ReferenceGroup(X.Floats(row) + column, Part(_weight, column), _dy.Floats(row) + column, _dx.Floats(row) + column);
            }
        }
    }

    private void ReferenceGroup(float* x, float* weight, float* dy, float* dx)
    {
        float* sums = stackalloc float[16], products = stackalloc float[16];
        var (mean, r) = Statistics.MeanAndInverse(x, Width, _epsilon);
        for (var i = 0; i < Width; i++)
        {
            var g = dy[i] * (weight is null ? 1 : weight[i]);
            sums[i % 16] += g;
            products[i % 16] = MathF.FusedMultiplyAdd(g, x[i] - mean, products[i % 16]);
        }

        var centre = Loops.FoldSum(sums) / Width;
        var slope = Slope(r, Loops.FoldSum(products));
        for (var i = 0; i < Width; i++)
        {
            var g = dy[i] * (weight is null ? 1 : weight[i]);
            dx[i] = MathF.FusedMultiplyAdd(slope, x[i] - mean, r * (g - centre));
        }
    }

    private protected override void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            for (var column = 0; column < X.Columns; column += Width)
            {
                float* x = X.Floats(row) + column, dy = _dy.Floats(row) + column, dx = _dx.Floats(row) + column;
                var weight = new WeightRow(Part(_weight, column), -0f);
                var (mean, r) = Statistics.MeanAndInverse<V>(x, Width, _epsilon);
                var centre = Loops.Sum<V, GradientTerm>(new(weight, dy), Width) / Width;
                var slope = Slope(r, Loops.Sum<V, GradientProductTerm>(new(weight, dy, x, mean), Width));
                Loops.Map<V, Body>(new(x, weight, dy, dx, mean, r, centre, slope), Width);
            }
        }
    }

    private float Slope(float r, float sum) => -(sum * r * r * r / Width);

    private readonly struct Body(float* x, WeightRow weight, float* dy, float* dx, float mean, float r, float centre, float slope) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<V>(int i)
            where V : struct, ILanes<V>
        {
            var g = V.Load(dy + i) * weight.At<V>(i);
            var d = V.Load(x + i) - V.Broadcast(mean);
            V.Store(dx + i, V.Fma(V.Broadcast(slope), d, V.Broadcast(r) * (g - V.Broadcast(centre))));
        }
    }
}
