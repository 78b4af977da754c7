using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.MatMul;

/// <summary>
/// y[r, o] = Σₖ x[r, k]·w[o, k] (+ bias[o]) (+ residual[r, o]) in binary32: x <c>[rows, k]</c>, w <c>[n, k]</c> in any format, decoded exactly,
/// y <c>[rows, n]</c>, bias <c>[1, n]</c>, residual <c>[rows, n]</c>. Sums are chains as <see cref="FloatChain"/> states. The residual may be y
/// itself; x may not overlap y.
/// </summary>
/// <remarks>An item is a panel of 16 outputs for all rows: each weight is decoded once a run (once per 1,024 rows).</remarks>
public sealed unsafe class MatMulKernel : Kernel
{
    private readonly Tier _tier;
    private readonly Operand _x;
    private readonly Operand _y;
    private readonly WeightPanels _panels;
    private readonly Weight _w;
    private readonly Epilogue _epilogue;

    /// <summary>Binds the operands.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public MatMulKernel(Processor processor, Operand x, WeightPanels w, Operand y, Operand bias = default, Operand residual = default)
    {
        MatMulShapes.RequireMatrix(x, "x", y.Rows, w.Weight.Columns);
        MatMulShapes.RequireMatrix(y, "y", x.Rows, w.Weight.Rows);
        MatMulShapes.RequireEpilogue(y, bias, residual);
        _tier = processor.Tier;
        (_x, _panels, _w, _y, _epilogue) = (x, w, w.Weight, y, new(bias, residual));
    }

    /// <inheritdoc/>
    public override long WeightBytes => _panels.Bytes;

    /// <inheritdoc/>
    public override long ScratchBytes => _panels.ScratchBytes + PanelScratch.Bytes(_w.Columns);

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => MatMulShapes.Panels(_w.Rows);

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => MatMulShapes.Grain((long)PanelRows.Count * _w.Columns, _x.Rows.In(sizes));

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        var rows = _x.Rows.In(sizes);
        var scratch = new PanelScratch(worker, packed: _panels.ScratchBytes);
        for (var item = first; item < end; item++)
        {
            var output = item * PanelRows.Count;
            var count = (int)Math.Min(PanelRows.Count, _w.Rows - output);
            if (_tier == Tier.Scalar)
            {
                Reference(rows, output, count, scratch.Panel);
                continue;
            }

            for (var row = 0L; row < rows; row += PanelScratch.TileRows)
            {
                RunTile(row, (int)Math.Min(PanelScratch.TileRows, rows - row), item, count, scratch);
            }
        }
    }

    private void RunTile(long first, int rows, long panel, int count, PanelScratch scratch)
    {
        for (var r = 0; r < rows; r++)
        {
            scratch.Rows[r] = _x.Floats(first + r);
        }

        PanelProduct.Run(_tier, _panels, panel, rows, scratch);
        var output = panel * PanelRows.Count;
        for (var r = 0; r < rows; r++)
        {
            _epilogue.Store(_tier, scratch.Totals + (r * PanelRows.Count), _y.Floats(first + r) + output, first + r, output, count);
        }
    }

    private void Reference(long rows, long output, int count, float* row)
    {
        for (var o = output; o < output + count; o++)
        {
            _w.DecodeRow(_w.Place(o), 0, _w.Columns, row, _tier);
            for (var r = 0L; r < rows; r++)
            {
                _y.Floats(r)[o] = _epilogue.Apply(FloatChain.Dot(_x.Floats(r), row, _w.Columns), r, o);
            }
        }
    }
}
