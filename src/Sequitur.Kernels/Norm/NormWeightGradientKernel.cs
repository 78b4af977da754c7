using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Norm;

/// <summary>
/// What the gradients of norm weights share: dweight[i] = Σ over rows of dy[i]·(x[i] − mean)·r, in spans of 256 rows. A weight of
/// <c>[width]</c> sees the groups of a row as successive rows. An item is a block of 256 columns of one group; the statistics of a row are
/// computed again for each block, which costs less than a second pass with memory of its own.
/// </summary>
public abstract unsafe class NormWeightGradientKernel : LaneKernel
{
    private readonly Operand _x;
    private readonly Operand _dy;
    private readonly Operand _dweight;
    private readonly int _width;
    private readonly float _epsilon;
    private readonly bool _centred;

    private protected NormWeightGradientKernel(Processor processor, Operand x, Operand dy, Operand dweight, int width, float epsilon, bool centred)
        : base(processor)
    {
        Require.SameFloats(x, "x", dy, "dy");
        Require.Groups(x, width, "x");
        Require.Vector(dweight, "dweight");
        Require.That(dweight.Columns == width || dweight.Columns == x.Columns, $"dweight has {dweight.Columns} columns: neither the width {width} nor x's {x.Columns}");
        (_x, _dy, _dweight, _width, _epsilon, _centred) = (x, dy, dweight, width, epsilon, centred);
    }

    /// <inheritdoc/>
    public sealed override long Items(RunSizes sizes) => (long)Parts * Blocks;

    // Groups that a weight has a part for: 1 if they share it.
    private int Parts => _dweight.Columns / _width;

    private int Blocks => (_width + SpanSums.Block - 1) / SpanSums.Block;

    private int GroupsPerRow => _x.Columns / _width / Parts;

    private protected sealed override void Reference(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var item = first; item < end; item++)
        {
            var part = (int)(item / Blocks);
            var from = (int)(item % Blocks) * SpanSums.Block;
            ReferenceBlock(_x.Rows.In(sizes) * GroupsPerRow, part, from, Math.Min(from + SpanSums.Block, _width));
        }
    }

    private void ReferenceBlock(long rows, int part, int from, int to)
    {
        float* span = stackalloc float[SpanSums.Block], total = _dweight.Floats(0) + (part * _width);
        for (var i = from; i < to; i++)
        {
            total[i] = 0;
        }

        for (long row = 0; row < rows; row++)
        {
            var column = ((int)(row % GroupsPerRow) + part) * _width;
            var x = _x.Floats(row / GroupsPerRow) + column;
            var dy = _dy.Floats(row / GroupsPerRow) + column;
            var (mean, r) = _centred ? Statistics.MeanAndInverse(x, _width, _epsilon) : (0, Statistics.InverseRms(x, _width, _epsilon));
            var (startsSpan, endsSpan) = (row % SpanSums.Span == 0, row % SpanSums.Span == SpanSums.Span - 1 || row == rows - 1);
            for (var i = from; i < to; i++)
            {
                span[i - from] = MathF.FusedMultiplyAdd(dy[i], (x[i] - mean) * r, startsSpan ? 0 : span[i - from]);
                total[i] += endsSpan ? span[i - from] : 0;
            }
        }
    }

    private protected sealed override void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var item = first; item < end; item++)
        {
            var part = (int)(item / Blocks);
            var from = (int)(item % Blocks) * SpanSums.Block;
            var count = Math.Min(SpanSums.Block, _width - from);
            SpanSums.Sum<V, Term>(new(this, part, from), _x.Rows.In(sizes) * GroupsPerRow, count, _dweight.Floats(0) + (part * _width) + from);
        }
    }

    private struct Term(NormWeightGradientKernel kernel, int part, int from) : IRowTerm
    {
        private float* _x;
        private float* _dy;
        private float _mean;
        private float _r;

        public void Select<V>(long row)
            where V : struct, ILanes<V>
        {
            var groups = kernel.GroupsPerRow;
            var column = ((int)(row % groups) + part) * kernel._width;
            var x = kernel._x.Floats(row / groups) + column;
            (_mean, _r) = kernel._centred
                ? Statistics.MeanAndInverse<V>(x, kernel._width, kernel._epsilon)
                : (0, Statistics.InverseRms<V>(x, kernel._width, kernel._epsilon));
            _x = x + from;
            _dy = kernel._dy.Floats(row / groups) + column + from;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly V Join<V>(V accumulator, int i)
            where V : struct, ILanes<V> =>
            V.Fma(V.Load(_dy + i), (V.Load(_x + i) - V.Broadcast(_mean)) * V.Broadcast(_r), accumulator);
    }
}

/// <summary>
/// The gradient of <see cref="RmsNormKernel"/> before its weight: dweight[i] = Σ over rows of dy[i]·x[i]·r.
/// </summary>
/// <param name="processor">What it runs on.</param>
/// <param name="x">The norm's input, F32 <c>[tokens, groups·width]</c>.</param>
/// <param name="dy">The gradient after the norm, F32, as x.</param>
/// <param name="dweight">F32 <c>[width]</c> (groups count as successive rows) or <c>[groups·width]</c>.</param>
/// <param name="width">Columns that are normalised together.</param>
/// <param name="epsilon">Added to the mean of squares.</param>
/// <exception cref="ArgumentException">The operands do not fit.</exception>
public sealed class RmsNormWeightGradientKernel(Processor processor, Operand x, Operand dy, Operand dweight, int width, float epsilon)
    : NormWeightGradientKernel(processor, x, dy, dweight, width, epsilon, centred: false);

/// <summary>
/// The gradient of <see cref="LayerNormKernel"/> before its weight: dweight[i] = Σ over rows of dy[i]·(x[i] − mean)·r.
/// </summary>
/// <param name="processor">What it runs on.</param>
/// <param name="x">The norm's input, F32 <c>[tokens, groups·width]</c>.</param>
/// <param name="dy">The gradient after the norm, F32, as x.</param>
/// <param name="dweight">F32 <c>[width]</c> (groups count as successive rows) or <c>[groups·width]</c>.</param>
/// <param name="width">Columns that are normalised together.</param>
/// <param name="epsilon">Added to the variance.</param>
/// <exception cref="ArgumentException">The operands do not fit.</exception>
public sealed class LayerNormWeightGradientKernel(Processor processor, Operand x, Operand dy, Operand dweight, int width, float epsilon)
    : NormWeightGradientKernel(processor, x, dy, dweight, width, epsilon, centred: true);
