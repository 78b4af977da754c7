using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.MatMul;

/// <summary>
/// dw[o, k] = Σᵣ dy[r, o]·x[r, k]: the gradient of a product towards its weight. dy <c>[rows, n]</c>, x <c>[rows, k]</c>, dw <c>[n, k]</c>. Rows
/// are summed in spans of 256, each a chain of fused multiply-adds from +0, the spans' sums added in order; no rows give zeros.
/// </summary>
/// <remarks>An item is 32 rows of dw: dy's columns of a span become rows once, x goes through panels of 16 columns.</remarks>
public sealed unsafe class WeightGradientKernel : Kernel
{
    private const int Span = 256;
    private const int Outputs = 32;
    private const int Lanes = PanelRows.Count;

    private readonly Tier _tier;
    private readonly Operand _dy;
    private readonly Operand _x;
    private readonly Operand _dw;

    /// <summary>Binds the operands.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public WeightGradientKernel(Processor processor, Operand dy, Operand x, Operand dw)
    {
        MatMulShapes.RequireMatrix(dw, "dw", Extent.Constant(dy.Columns), x.Columns);
        MatMulShapes.RequireMatrix(dy, "dy", x.Rows, dy.Columns);
        MatMulShapes.RequireMatrix(x, "x", dy.Rows, dw.Columns);
        (_tier, _dy, _x, _dw) = (processor.Tier, dy, x, dw);
    }

    /// <inheritdoc/>
    public override long ScratchBytes => (Outputs * (sizeof(float*) + (Span * sizeof(float)) + (Lanes * sizeof(float)))) + (Span * Lanes * sizeof(float));

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => (_dy.Columns + Outputs - 1) / Outputs;

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        var rows = _dy.Rows.In(sizes);
        for (var item = first; item < end; item++)
        {
            var output = (int)item * Outputs;
            var count = Math.Min(Outputs, _dy.Columns - output);
            if (_tier == Tier.Scalar)
            {
                Reference(rows, output, count);
                continue;
            }

            for (var o = 0; o < count; o++)
            {
                new Span<float>(_dw.Floats(output + o), _dw.Columns).Clear();
            }

            for (var row = 0L; row < rows; row += Span)
            {
                AddSpan(row, (int)Math.Min(Span, rows - row), output, count, worker);
            }
        }
    }

    private void Reference(long rows, int output, int count)
    {
        for (var o = output; o < output + count; o++)
        {
            for (var k = 0; k < _dw.Columns; k++)
            {
                var total = 0f;
                for (var first = 0L; first < rows; first += Span)
                {
                    var sum = 0f;
                    for (var r = first; r < Math.Min(rows, first + Span); r++)
                    {
                        sum = MathF.FusedMultiplyAdd(_dy.Floats(r)[o], _x.Floats(r)[k], sum);
                    }

                    total = first == 0 ? sum : total + sum;
                }

                _dw.Floats(o)[k] = total;
            }
        }
    }

    private void AddSpan(long first, int rows, int output, int count, Worker worker)
    {
        var columns = (float**)worker.Scratch.Address;
        var turned = (float*)(columns + Outputs);
        var totals = turned + (Outputs * Span);
        var panel = totals + (Outputs * Lanes);
        for (var o = 0; o < count; o++)
        {
            columns[o] = turned + (o * Span);
        }

        for (var r = 0; r < rows; r++)
        {
            var dy = _dy.Floats(first + r) + output;
            for (var o = 0; o < count; o++)
            {
                turned[(o * Span) + r] = dy[o];
            }
        }

        for (var k = 0; k < _x.Columns; k += Lanes)
        {
            var width = Math.Min(Lanes, _x.Columns - k);
            for (var r = 0; r < rows; r++)
            {
                var target = new Span<float>(panel + (r * Lanes), Lanes);
                new Span<float>(_x.Floats(first + r) + k, width).CopyTo(target);
                target[width..].Clear();
            }

            FloatChain.Accumulate(_tier, columns, 0, count, panel, rows, totals, Lanes, merge: false);
            for (var o = 0; o < count; o++)
            {
                Merge(totals + (o * Lanes), _dw.Floats(output + o) + k, width, first > 0);
            }
        }
    }

    private static void Merge(float* sums, float* totals, int count, bool add)
    {
        for (var i = 0; i < count; i++)
        {
            totals[i] = add ? totals[i] + sums[i] : sums[i];
        }
    }
}
