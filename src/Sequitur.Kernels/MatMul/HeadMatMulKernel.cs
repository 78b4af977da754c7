using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.MatMul;

/// <summary>
/// A product for each head with the head's own rows of one weight (latent attention with absorbed projections): head h uses the rows
/// row(h, i) = h·rowsPerHead + firstRow + i, i from 0 to count. Plain: x <c>[tokens, heads·k]</c>, y <c>[tokens, heads·count]</c>,
/// y[t, h, i] = Σₖ x[t, h, k]·w[row(h, i), k]. Transposed: x <c>[tokens, heads·count]</c>, y <c>[tokens, heads·k]</c>,
/// y[t, h, k] = Σᵢ x[t, h, i]·w[row(h, i), k]. Sums are chains as <see cref="FloatChain"/> states.
/// </summary>
/// <remarks>An item is a panel of 16 (transposed: 32) outputs of one head for all tokens.</remarks>
public sealed unsafe class HeadMatMulKernel : Kernel
{
    private readonly Tier _tier;
    private readonly Operand _x;
    private readonly Weight _w;
    private readonly Operand _y;
    private readonly int _rowsPerHead;
    private readonly int _firstRow;
    private readonly int _count;
    private readonly int _heads;
    private readonly bool _transposed;

    /// <summary>Binds the operands.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public HeadMatMulKernel(
        Processor processor, Operand x, Weight w, Operand y, int heads, int rowsPerHead, int firstRow, int count, bool transposed)
    {
        MatMulShapes.Require(
            heads > 0 && firstRow >= 0 && count > 0 && firstRow <= rowsPerHead - count && (long)heads * rowsPerHead == w.Rows,
            $"{heads} heads of {rowsPerHead} rows, of which {count} from {firstRow} are used, do not fit a weight of {w.Rows} rows");
        MatMulShapes.RequireMatrix(x, "x", y.Rows, (long)heads * (transposed ? count : w.Columns));
        MatMulShapes.RequireMatrix(y, "y", x.Rows, (long)heads * (transposed ? w.Columns : count));
        (_tier, _x, _w, _y) = (processor.Tier, x, w, y);
        (_heads, _rowsPerHead, _firstRow, _count, _transposed) = (heads, rowsPerHead, firstRow, count, transposed);
    }

    /// <inheritdoc/>
    public override long ScratchBytes => PanelScratch.Bytes(Inputs, Lanes);

    private int Lanes => _transposed ? PanelProduct.TransposedLanes : PanelRows.Count;

    private int Inputs => _transposed ? _count : _w.Columns;

    private int Outputs => _transposed ? _w.Columns : _count;

    private int Panels => (Outputs + Lanes - 1) / Lanes;

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => (long)_heads * Panels;

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => MatMulShapes.Grain((long)Lanes * Inputs, _x.Rows.In(sizes));

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        var tokens = _x.Rows.In(sizes);
        var scratch = new PanelScratch(worker, Lanes);
        for (var item = first; item < end; item++)
        {
            var head = (int)(item / Panels);
            var output = (int)(item % Panels) * Lanes;
            for (var token = 0L; token < tokens; token += PanelScratch.TileRows)
            {
                var count = (int)Math.Min(PanelScratch.TileRows, tokens - token);
                if (_tier == Tier.Scalar)
                {
                    Reference(token, count, head, output, scratch.Panel);
                }
                else
                {
                    RunTile(token, count, head, output, scratch);
                }
            }
        }
    }

    private long Row(int head, int index) => ((long)head * _rowsPerHead) + _firstRow + index;

    private float* X(long token, int head) => _x.Floats(token) + ((long)head * Inputs);

    private float* Y(long token, int head) => _y.Floats(token) + ((long)head * Outputs);

    private void RunTile(long first, int tokens, int head, int output, PanelScratch scratch)
    {
        for (var t = 0; t < tokens; t++)
        {
            scratch.Rows[t] = X(first + t, head);
        }

        var count = Math.Min(Lanes, Outputs - output);
        if (_transposed)
        {
            PanelProduct.RunTransposed(_tier, _w, Row(head, 0), _count, output, tokens, scratch);
        }
        else
        {
            PanelProduct.Run(_tier, _w, _w.Panel(Row(head, output), count), tokens, scratch);
        }

        for (var t = 0; t < tokens; t++)
        {
            new Span<float>(scratch.Totals + (t * Lanes), count).CopyTo(new(Y(first + t, head) + output, count));
        }
    }

    private void Reference(long first, int tokens, int head, int output, float* row)
    {
        for (var t = first; t < first + tokens; t++)
        {
            if (_transposed)
            {
                PanelProduct.ReferenceTransposed(_w, Row(head, 0), _count, output, X(t, head), Y(t, head) + output);
                continue;
            }

            for (var i = output; i < Math.Min(output + Lanes, _count); i++)
            {
                _w.DecodeRow(_w.Place(Row(head, i)), 0, _w.Columns, row, _tier);
                Y(t, head)[i] = FloatChain.Dot(X(t, head), row, _w.Columns);
            }
        }
    }
}
