using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.MatMul;

/// <summary>
/// y[r, o] = Σₖ x[r, k]·w[o, k] (+ bias[o]) (+ residual[r, o]) by integer arithmetic: x Encoded8 <c>[rows, k]</c>, w <c>[n, k]</c> in a format
/// with blocks, y F32 <c>[rows, n]</c>, bias <c>[1, n]</c>, residual <c>[rows, n]</c>. Sums are as <see cref="IntegerChain"/> states. The
/// residual may be y itself. Where x has a remainder (<c>[rows, 2k]</c>, see <see cref="EncodeKernel"/>), a precise product adds the remainder's
/// sum to the first one's before bias and residual; any other reads the first half only.
/// </summary>
/// <remarks>An item is a panel of 16 outputs for all rows: each weight is decoded once a run (once per 1,024 rows).</remarks>
public sealed unsafe class IntegerMatMulKernel : Kernel
{
    private readonly Tier _tier;
    private readonly Operand _x;
    private readonly Operand _y;
    private readonly WeightPanels _panels;
    private readonly Weight _w;
    private readonly QuantizedFormat _format;
    private readonly Epilogue _epilogue;
    private readonly bool _precise;

    /// <summary>Binds the operands.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit, or the weight's format has no integers.</exception>
    public IntegerMatMulKernel(Processor processor, Operand x, WeightPanels w, Operand y, Operand bias = default, Operand residual = default, bool precise = false)
    {
        _format = w.Weight.Format as QuantizedFormat ?? throw new ArgumentException($"weights in {w.Weight.Format} have no integers to multiply");
        var columns = (precise || x.Columns > w.Weight.Columns ? 2 : 1) * (long)w.Weight.Columns;
        MatMulShapes.RequireMatrix(x, "x", y.Rows, columns, ElementType.Encoded8);
        MatMulShapes.RequireMatrix(y, "y", x.Rows, w.Weight.Rows);
        MatMulShapes.RequireEpilogue(y, bias, residual);
        (_tier, _precise) = (processor.Tier, precise);
        (_x, _panels, _w, _y, _epilogue) = (x, w, w.Weight, y, new(bias, residual));
    }

    /// <inheritdoc/>
    public override long WeightBytes => _panels.Bytes;

    /// <inheritdoc/>
    public override long ScratchBytes => _panels.ScratchBytes + IntegerScratch.Bytes;

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => MatMulShapes.Panels(_w.Rows);

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => MatMulShapes.Grain((long)PanelRows.Count * _w.Columns, _x.Rows.In(sizes));

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        var rows = _x.Rows.In(sizes);
        var scratch = new IntegerScratch(worker, _panels.ScratchBytes);
        for (var item = first; item < end; item++)
        {
            var output = item * PanelRows.Count;
            var count = (int)Math.Min(PanelRows.Count, _w.Rows - output);
            if (_tier == Tier.Scalar)
            {
                Reference(rows, output, count);
                continue;
            }

            var tile = _precise ? PanelScratch.TileRows / 2 : PanelScratch.TileRows;
            for (var row = 0L; row < rows; row += tile)
            {
                RunTile(row, (int)Math.Min(tile, rows - row), item, count, scratch);
            }
        }
    }

    private void RunTile(long first, int rows, long panel, int count, IntegerScratch scratch)
    {
        for (var r = 0; r < rows; r++)
        {
            scratch.Rows[r] = new(_x.Row(first + r), _x.Columns);
            if (_precise)
            {
                scratch.Rows[rows + r] = scratch.Rows[r].At(_w.Columns / ElementTypes.GroupSize);
            }
        }

        PanelProduct.Run(_tier, _panels, _format.Layout, panel, _precise ? 2 * rows : rows, scratch);
        if (_precise)
        {
            AddRemainders(scratch.Totals, rows * PanelRows.Count);
        }

        var output = panel * PanelRows.Count;
        for (var r = 0; r < rows; r++)
        {
            _epilogue.Store(_tier, scratch.Totals + (r * PanelRows.Count), _y.Floats(first + r) + output, first + r, output, count);
        }
    }

    private static void AddRemainders(float* totals, int count)
    {
        for (var i = 0; i < count; i++)
        {
            totals[i] += totals[count + i];
        }
    }

    private void Reference(long rows, long output, int count)
    {
        var blocks = _w.Columns / ElementTypes.GroupSize;
        for (var o = output; o < output + count; o++)
        {
            var row = _w.Place(o).Address(_format.RowBytes(_w.Columns));
            for (var r = 0L; r < rows; r++)
            {
                var x = new EncodedRow(_x.Row(r), _x.Columns);
                var sum = IntegerChain.Dot(x, row, _format, blocks);
                sum = _precise ? sum + IntegerChain.Dot(x.At(blocks), row, _format, blocks) : sum;
                _y.Floats(r)[o] = _epilogue.Apply(sum, r, o);
            }
        }
    }
}
