using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Reduce;

/// <summary>
/// The gradient of <see cref="GatherRowsKernel"/>: dx = 0, then dx[indices[r]] += dy[r] for ascending r; indices outside dx are left out.
/// An item is a block of 16 columns of all rows, so that no two threads write the same number.
/// </summary>
public sealed unsafe class ScatterAddRowsKernel : LaneKernel
{
    private const int Block = 16;

    private readonly Operand _dy;
    private readonly Operand _indices;
    private readonly Operand _dx;

    /// <summary>Binds the kernel.</summary>
    /// <param name="processor">What it runs on.</param>
    /// <param name="dy">F32 <c>[rows, columns]</c>.</param>
    /// <param name="indices">I32 <c>[rows, 1]</c>.</param>
    /// <param name="dx">F32 <c>[any, columns]</c>.</param>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public ScatterAddRowsKernel(Processor processor, Operand dy, Operand indices, Operand dx)
        : base(processor)
    {
        Require.Type(dy, ElementType.F32, "dy");
        Require.Type(dx, ElementType.F32, "dx");
        Require.Columns(dx, dy.Columns, "dx");
        Require.Type(indices, ElementType.I32, "indices");
        Require.Columns(indices, 1, "indices");
        Require.Rows(indices, "indices", dy, "dy");
        (_dy, _indices, _dx) = (dy, indices, dx);
    }

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => (_dx.Columns + Block - 1) / Block;

    private protected override void Reference(RunSizes sizes, long first, long end, Worker worker)
    {
        long rows = _dx.Rows.In(sizes), count = _dy.Rows.In(sizes);
        for (var column = first * Block; column < Math.Min(end * Block, _dx.Columns); column++)
        {
            for (long row = 0; row < rows; row++)
            {
                _dx.Floats(row)[column] = 0;
            }

            for (long row = 0; row < count; row++)
            {
                long index = *_indices.Integers(row);
                if (index >= 0 && index < rows)
                {
                    _dx.Floats(index)[column] += _dy.Floats(row)[column];
                }
            }
        }
    }

    private protected override void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
    {
        long rows = _dx.Rows.In(sizes), count = _dy.Rows.In(sizes);
        var from = first * Block;
        var columns = (int)(Math.Min(end * Block, _dx.Columns) - from);
        for (long row = 0; row < rows; row++)
        {
            new Span<float>(_dx.Floats(row) + from, columns).Clear();
        }

        for (long row = 0; row < count; row++)
        {
            long index = *_indices.Integers(row);
            if (index >= 0 && index < rows)
            {
                Loops.Map<V, Adding>(new(_dy.Floats(row) + from, _dx.Floats(index) + from), columns);
            }
        }
    }

    private readonly struct Adding(float* dy, float* dx) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<V>(int i)
            where V : struct, ILanes<V> => V.Store(dx + i, V.Load(dx + i) + V.Load(dy + i));
    }
}
