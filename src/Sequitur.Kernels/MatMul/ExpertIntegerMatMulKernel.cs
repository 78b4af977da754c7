using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.MatMul;

/// <summary>
/// The product of routed experts by integer arithmetic: as <see cref="ExpertMatMulKernel"/>, with x Encoded8 (<c>[tokens, k]</c> or
/// <c>[tokens, slots·k]</c>) and w <c>[experts·n, k]</c> in a format with blocks. Sums are as <see cref="IntegerChain"/> states.
/// </summary>
public sealed unsafe class ExpertIntegerMatMulKernel : Kernel
{
    private readonly Tier _tier;
    private readonly Operand _ids;
    private readonly WeightPanels _panels;
    private readonly Weight _w;
    private readonly QuantizedFormat _format;
    private readonly ExpertShapes _shapes;
    private readonly int _experts;

    /// <summary>Binds the operands.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit, or the weight's format has no integers.</exception>
    public ExpertIntegerMatMulKernel(Processor processor, Operand x, Operand ids, WeightPanels w, Operand y, int experts)
    {
        _format = w.Weight.Format as QuantizedFormat ?? throw new ArgumentException($"weights in {w.Weight.Format} have no integers to multiply");
        _shapes = new(x, ids, w.Weight, y, experts, ElementType.Encoded8);
        _shapes.RequirePanels(w);
        (_tier, _ids, _panels, _w, _experts) = (processor.Tier, ids, w, w.Weight, experts);
    }

    /// <inheritdoc/>
    public override long ScratchBytes => _panels.ScratchBytes + IntegerScratch.Bytes + _experts;

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => MatMulShapes.Panels(_shapes.Outputs);

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => MatMulShapes.Grain((long)PanelRows.Count * _w.Columns, _ids.Rows.In(sizes) * _shapes.Slots);

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        var pairs = _ids.Rows.In(sizes) * _shapes.Slots;
        var scratch = new IntegerScratch(worker, _panels.ScratchBytes);
        var seen = worker.Scratch.Address + _panels.ScratchBytes + IntegerScratch.Bytes;
        for (var item = first; item < end; item++)
        {
            var output = item * PanelRows.Count;
            var count = (int)Math.Min(PanelRows.Count, _shapes.Outputs - output);
            new Span<byte>(seen, _experts).Clear();
            var walk = new ExpertWalk(_ids, pairs, _experts, seen);
            _shapes.SpoilUnrouted(walk, pairs, output, count);
            if (_tier == Tier.Scalar)
            {
                Reference(walk, pairs, output, count);
            }
            else
            {
                RunPanel(walk, output, count, scratch);
            }
        }
    }

    private void RunPanel(ExpertWalk walk, long output, int count, IntegerScratch scratch)
    {
        while (walk.MoveNext(out var expert))
        {
            var panel = (expert * _panels.PanelsPerGroup) + (output / PanelRows.Count);
            while (walk.Take(expert, scratch.Pairs, PanelScratch.TileRows) is var rows and > 0)
            {
                for (var r = 0; r < rows; r++)
                {
                    scratch.Rows[r] = _shapes.EncodedX(scratch.Pairs[r]);
                }

                PanelProduct.Run(_tier, _panels, _format.Layout, panel, rows, scratch);
                for (var r = 0; r < rows; r++)
                {
                    _shapes.Store(scratch.Pairs[r], output, scratch.Totals + (r * PanelRows.Count), count);
                }
            }
        }
    }

    private void Reference(ExpertWalk walk, long pairs, long output, int count)
    {
        for (var pair = 0L; pair < pairs; pair++)
        {
            var expert = walk.Expert(pair);
            for (var o = output; expert >= 0 && o < output + count; o++)
            {
                var row = _w.Place(((long)expert * _shapes.Outputs) + o).Address(_format.RowBytes(_w.Columns));
                _shapes.Y(pair)[o] = IntegerChain.Dot(_shapes.EncodedX(pair), row, _format, _w.Columns / ElementTypes.GroupSize);
            }
        }
    }
}
