using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Reduce;

/// <summary>
/// y = Σ over rows of x, in spans of 256 rows: the gradient of a bias. Where y has fewer columns than x, the groups of a row count as successive
/// rows. An item is a block of 64 columns.
/// </summary>
public sealed unsafe class ColumnSumKernel : LaneKernel
{
    private const int Block = 64;

    private readonly Operand _x;
    private readonly Operand _y;

    /// <summary>Binds the kernel.</summary>
    /// <param name="processor">What it runs on.</param>
    /// <param name="x">F32 <c>[tokens, groups·n]</c>.</param>
    /// <param name="y">F32 <c>[1, n]</c>.</param>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public ColumnSumKernel(Processor processor, Operand x, Operand y)
        : base(processor)
    {
        Require.Type(x, ElementType.F32, "x");
        Require.Vector(y, "y");
        Require.Groups(x, y.Columns, "x");
        (_x, _y) = (x, y);
    }

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => (_y.Columns + Block - 1) / Block;

    private int Groups => _x.Columns / _y.Columns;

    private protected override void Reference(RunSizes sizes, long first, long end, Worker worker)
    {
        var rows = _x.Rows.In(sizes) * Groups;
        for (var i = (int)first * Block; i < Math.Min(end * Block, _y.Columns); i++)
        {
            float total = 0, span = 0;
            for (long row = 0; row < rows; row++)
            {
                if (row % SpanSums.Span == 0)
                {
                    (total, span) = (total + span, 0);
                }

                span += _x.Floats(row / Groups)[((int)(row % Groups) * _y.Columns) + i];
            }

            _y.Floats(0)[i] = total + span;
        }
    }

    private protected override void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var from = (int)first * Block; from < Math.Min(end * Block, _y.Columns); from += Block)
        {
            SpanSums.Sum<V, Term>(new(_x, _y.Columns, from), _x.Rows.In(sizes) * Groups, Math.Min(Block, _y.Columns - from), _y.Floats(0) + from);
        }
    }

    private struct Term(Operand x, int width, int from) : IRowTerm
    {
        private readonly int _groups = x.Columns / width;
        private float* _row;

        public void Select<V>(long row)
            where V : struct, ILanes<V> => _row = x.Floats(row / _groups) + ((int)(row % _groups) * width) + from;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly V Join<V>(V accumulator, int i)
            where V : struct, ILanes<V> => accumulator + V.Load(_row + i);
    }
}
