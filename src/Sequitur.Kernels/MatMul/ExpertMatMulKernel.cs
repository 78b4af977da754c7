using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.MatMul;

/// <summary>
/// The product of routed experts: y[t, j, :] = x[t (, j), :]·w[expert ids[t, j]]ᵀ. ids I32 <c>[tokens, slots]</c>, w <c>[experts·n, k]</c>,
/// y <c>[tokens, slots·n]</c>, x <c>[tokens, k]</c> (shared by a token's slots) or <c>[tokens, slots·k]</c>. Sums are chains as
/// <see cref="FloatChain"/> states, so they do not depend on who shares an expert. An id that names no expert gives NaN.
/// </summary>
/// <remarks>An item is a panel of 16 outputs of all experts: what no token chose is never read.</remarks>
public sealed unsafe class ExpertMatMulKernel : Kernel
{
    private readonly Tier _tier;
    private readonly Operand _ids;
    private readonly WeightPanels _panels;
    private readonly Weight _w;
    private readonly ExpertShapes _shapes;
    private readonly int _experts;

    /// <summary>Binds the operands.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public ExpertMatMulKernel(Processor processor, Operand x, Operand ids, WeightPanels w, Operand y, int experts)
    {
        _shapes = new(x, ids, w.Weight, y, experts, ElementType.F32);
        _shapes.RequirePanels(w);
        (_tier, _ids, _panels, _w, _experts) = (processor.Tier, ids, w, w.Weight, experts);
    }

    /// <inheritdoc/>
    public override long ScratchBytes => _panels.ScratchBytes + PanelScratch.Bytes(_w.Columns) + _experts;

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => MatMulShapes.Panels(_shapes.Outputs);

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => MatMulShapes.Grain((long)PanelRows.Count * _w.Columns, _ids.Rows.In(sizes) * _shapes.Slots);

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        var pairs = _ids.Rows.In(sizes) * _shapes.Slots;
        var scratch = new PanelScratch(worker, packed: _panels.ScratchBytes);
        var seen = worker.Scratch.Address + _panels.ScratchBytes + PanelScratch.Bytes(_w.Columns);
        for (var item = first; item < end; item++)
        {
            var output = item * PanelRows.Count;
            var count = (int)Math.Min(PanelRows.Count, _shapes.Outputs - output);
            new Span<byte>(seen, _experts).Clear();
            var walk = new ExpertWalk(_ids, pairs, _experts, seen);
            _shapes.SpoilUnrouted(walk, pairs, output, count);
            if (_tier == Tier.Scalar)
            {
                Reference(walk, pairs, output, count, scratch.Panel);
            }
            else
            {
                RunPanel(walk, output, count, scratch);
            }
        }
    }

    private void RunPanel(ExpertWalk walk, long output, int count, PanelScratch scratch)
    {
        while (walk.MoveNext(out var expert))
        {
            var panel = (expert * _panels.PanelsPerGroup) + (output / PanelRows.Count);
            while (walk.Take(expert, scratch.Pairs, PanelScratch.TileRows) is var rows and > 0)
            {
                for (var r = 0; r < rows; r++)
                {
                    scratch.Rows[r] = _shapes.X(scratch.Pairs[r]);
                }

                PanelProduct.Run(_tier, _panels, panel, rows, scratch);
                for (var r = 0; r < rows; r++)
                {
                    _shapes.Store(scratch.Pairs[r], output, scratch.Totals + (r * PanelRows.Count), count);
                }
            }
        }
    }

    private void Reference(ExpertWalk walk, long pairs, long output, int count, float* row)
    {
        for (var pair = 0L; pair < pairs; pair++)
        {
            var expert = walk.Expert(pair);
            for (var o = output; expert >= 0 && o < output + count; o++)
            {
                _w.DecodeRow(_w.Place(((long)expert * _shapes.Outputs) + o), 0, _w.Columns, row, _tier);
                _shapes.Y(pair)[o] = FloatChain.Dot(_shapes.X(pair), row, _w.Columns);
            }
        }
    }
}
