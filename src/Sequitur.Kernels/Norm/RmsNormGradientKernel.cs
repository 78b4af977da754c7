using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Norm;

/// <summary>
/// The gradient of <see cref="RmsNormKernel"/> before its input: with g = dy·(weight + offset),
/// dx = r·g − x·(r³/width · Σ g·x) over each group.
/// </summary>
public sealed unsafe class RmsNormGradientKernel : NormKernel
{
    private readonly Operand _weight;
    private readonly Operand _dy;
    private readonly Operand _dx;
    private readonly float _epsilon;
    private readonly float _offset;

    /// <summary>Binds the kernel; parameters as in <see cref="RmsNormKernel"/>.</summary>
    /// <param name="processor">What it runs on.</param>
    /// <param name="x">The norm's input, F32 <c>[tokens, groups·width]</c>.</param>
    /// <param name="weight">The norm's weight, or none.</param>
    /// <param name="dy">The gradient after the norm, F32, as x.</param>
    /// <param name="dx">The gradient before it, F32, as x; may be the memory of x or dy.</param>
    /// <param name="width">Columns that are normalised together.</param>
    /// <param name="epsilon">Added to the mean of squares.</param>
    /// <param name="offset">Added to the weight.</param>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public RmsNormGradientKernel(Processor processor, Operand x, Operand weight, Operand dy, Operand dx, int width, float epsilon, float offset)
        : base(processor, x, width)
    {
        Require.SameFloats(x, "x", dy, "dy");
        Require.SameFloats(x, "x", dx, "dx");
        RequireVector(weight, "weight");
        (_weight, _dy, _dx, _epsilon, _offset) = (weight, dy, dx, epsilon, offset);
    }

    private protected override void Reference(RunSizes sizes, long first, long end, Worker worker)
    {
        var a = stackalloc float[16];
        for (var row = first; row < end; row++)
        {
            for (var column = 0; column < X.Columns; column += Width)
            {
                float* x = X.Floats(row) + column, dy = _dy.Floats(row) + column, dx = _dx.Floats(row) + column;
                var weight = Part(_weight, column);
                var r = Statistics.InverseRms(x, Width, _epsilon);
                new Span<float>(a, 16).Clear();
                for (var i = 0; i < Width; i++)
                {
                    var g = dy[i] * (weight is null ? 1 : weight[i] + _offset);
                    a[i % 16] = MathF.FusedMultiplyAdd(g, x[i], a[i % 16]);
                }

                var slope = Slope(r, Loops.FoldSum(a));
                for (var i = 0; i < Width; i++)
                {
                    var g = dy[i] * (weight is null ? 1 : weight[i] + _offset);
                    dx[i] = MathF.FusedMultiplyAdd(slope, x[i], r * g);
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
                float* x = X.Floats(row) + column, dy = _dy.Floats(row) + column, dx = _dx.Floats(row) + column;
                var weight = new WeightRow(Part(_weight, column), _offset);
                var r = Statistics.InverseRms<V>(x, Width, _epsilon);
                var slope = Slope(r, Loops.Sum<V, GradientProductTerm>(new(weight, dy, x, 0), Width));
                Loops.Map<V, Body>(new(x, weight, dy, dx, r, slope), Width);
            }
        }
    }

    private float Slope(float r, float sum) => -(sum * r * r * r / Width);

    private readonly struct Body(float* x, WeightRow weight, float* dy, float* dx, float r, float slope) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<V>(int i)
            where V : struct, ILanes<V>
        {
            var g = V.Load(dy + i) * weight.At<V>(i);
            V.Store(dx + i, V.Fma(V.Broadcast(slope), V.Load(x + i), V.Broadcast(r) * g));
        }
    }
}
