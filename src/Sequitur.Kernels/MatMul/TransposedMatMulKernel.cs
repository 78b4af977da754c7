using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.MatMul;

/// <summary>
/// dx[r, k] = Σₒ dy[r, o]·w[o, k]: the gradient of a product towards its input. dy <c>[rows, n]</c>, w <c>[n, k]</c> in any format, decoded
/// exactly (frozen quantized weights too), dx <c>[rows, k]</c>. Sums are chains over ascending o as <see cref="FloatChain"/> states.
/// </summary>
/// <remarks>An item is 32 columns of dx for all rows.</remarks>
public sealed unsafe class TransposedMatMulKernel : Kernel
{
    private const int Lanes = PanelProduct.TransposedLanes;

    private readonly Tier _tier;
    private readonly Operand _dy;
    private readonly Weight _w;
    private readonly Operand _dx;

    /// <summary>Binds the operands.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public TransposedMatMulKernel(Processor processor, Operand dy, Weight w, Operand dx)
    {
        MatMulShapes.RequireMatrix(dy, "dy", dx.Rows, w.Rows);
        MatMulShapes.RequireMatrix(dx, "dx", dy.Rows, w.Columns);
        (_tier, _dy, _w, _dx) = (processor.Tier, dy, w, dx);
    }

    /// <inheritdoc/>
    public override long ScratchBytes => PanelScratch.Bytes(Math.Min(_w.Rows, FloatChain.Block), Lanes);

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => (_w.Columns + Lanes - 1) / Lanes;

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => MatMulShapes.Grain(Lanes * _w.Rows, _dy.Rows.In(sizes));

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        var rows = _dy.Rows.In(sizes);
        var scratch = new PanelScratch(worker, Lanes);
        for (var item = first; item < end; item++)
        {
            var column = (int)(item * Lanes);
            for (var row = 0L; row < rows; row += PanelScratch.TileRows)
            {
                RunTile(row, (int)Math.Min(PanelScratch.TileRows, rows - row), column, scratch);
            }
        }
    }

    private void RunTile(long first, int rows, int column, PanelScratch scratch)
    {
        if (_tier == Tier.Scalar)
        {
            for (var r = first; r < first + rows; r++)
            {
                PanelProduct.ReferenceTransposed(_w, 0, _w.Rows, column, _dy.Floats(r), _dx.Floats(r) + column);
            }

            return;
        }

        for (var r = 0; r < rows; r++)
        {
            scratch.Rows[r] = _dy.Floats(first + r);
        }

        PanelProduct.RunTransposed(_tier, _w, 0, _w.Rows, column, rows, scratch);
        var count = Math.Min(Lanes, _w.Columns - column);
        for (var r = 0; r < rows; r++)
        {
            var target = new Span<float>(_dx.Floats(first + r) + column, count);
            if (_w.Rows == 0)
            {
                target.Clear();
                continue;
            }

            new Span<float>(scratch.Totals + (r * Lanes), count).CopyTo(target);
        }
    }
}
