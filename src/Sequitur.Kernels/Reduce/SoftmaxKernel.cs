using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Reduce;

/// <summary>
/// y = e^(x − max) / Σ e^(x − max) over each group of width columns. −∞ gives 0; a group of −∞ only gives NaN. An item is a row.
/// </summary>
public sealed unsafe class SoftmaxKernel : LaneKernel
{
    private readonly Operand _x;
    private readonly Operand _y;
    private readonly int _width;

    /// <summary>Binds the kernel.</summary>
    /// <param name="processor">What it runs on.</param>
    /// <param name="x">F32 <c>[tokens, groups·width]</c>.</param>
    /// <param name="y">F32, as x; may be the memory of x.</param>
    /// <param name="width">Columns that sum to 1.</param>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public SoftmaxKernel(Processor processor, Operand x, Operand y, int width)
        : base(processor)
    {
        Require.SameFloats(x, "x", y, "y");
        Require.Groups(x, width, "x");
        (_x, _y, _width) = (x, y, width);
    }

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _y.Rows.In(sizes);

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => GrainOf(_y.Columns);

    private protected override void Reference(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            for (var column = 0; column < _x.Columns; column += _width)
            {
                float* x = _x.Floats(row) + column, y = _y.Floats(row) + column;
                var (max, sum) = Exponentials.Of(x, _width);
                for (var i = 0; i < _width; i++)
                {
                    y[i] = Scalar.Exp(x[i] - max) / sum;
                }
            }
        }
    }

    private protected override void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            for (var column = 0; column < _x.Columns; column += _width)
            {
                float* x = _x.Floats(row) + column, y = _y.Floats(row) + column;
                var (max, sum) = Exponentials.Of<V>(x, _width);
                Loops.Map<V, Body>(new(x, y, max, sum), _width);
            }
        }
    }

    private readonly struct Body(float* x, float* y, float max, float sum) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<V>(int i)
            where V : struct, ILanes<V> =>
            V.Store(y + i, Functions.Exp(V.Load(x + i) - V.Broadcast(max)) / V.Broadcast(sum));
    }
}
