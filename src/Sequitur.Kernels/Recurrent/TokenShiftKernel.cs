using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Recurrent;

/// <summary>
/// RWKV's token shift (Peng et al. 2023): a row of the result is the input's row of the position before, zeros at position 0. The state is
/// the last row. An item is a sequence's block of columns; nothing is computed, so all tiers are one.
/// </summary>
public sealed unsafe class TokenShiftKernel : Kernel
{
    private const int Block = 256;

    private readonly Operand _x;
    private readonly RaggedRows _rows;
    private readonly StateSlot? _state;
    private readonly Operand _y;

    /// <summary>Binds the operands.</summary>
    /// <param name="processor">The tier.</param>
    /// <param name="x">The input, <c>[rows, n]</c>.</param>
    /// <param name="rows">How the rows belong to sequences.</param>
    /// <param name="state">Where the last row (n numbers) is kept; without it all sequences begin in this batch.</param>
    /// <param name="y">The result, <c>[rows, n]</c>; other memory than <paramref name="x"/>.</param>
    /// <exception cref="ArgumentException">The operands' shapes differ, or the state does not fit its page.</exception>
    public TokenShiftKernel(Processor processor, Operand x, RaggedRows rows, StateSlot? state, Operand y)
    {
        _ = processor;
        rows.Check("rows of the token shift");
        Shapes.Check(x, x.Columns, ElementType.F32, "token shift input");
        Shapes.Check(y, x.Columns, ElementType.F32, "token shift output");
        Shapes.SameRows(x, rows.Sequence, "token shift input");
        Shapes.SameRows(x, y, "token shift output");
        state?.Check(rows, x.Columns);
        (_x, _rows, _state, _y) = (x, rows, state, y);
    }

    private long Blocks => (_x.Columns + Block - 1) / Block;

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _rows.First.Rows.In(sizes) * Blocks;

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var item = first; item < end; item++)
        {
            var column = (int)(item % Blocks) * Block;
            Shift(item / Blocks, column, Math.Min(Block, _x.Columns - column));
        }
    }

    private void Shift(long sequence, int column, int count)
    {
        long row = _rows.FirstOf(sequence);
        var rows = _rows.CountOf(sequence);
        if (rows == 0)
        {
            return;
        }

        var state = _state is null ? null : _state.State(sequence) + column;
        var start = new Span<float>(_y.Floats(row) + column, count);
        if (state is null || _rows.PositionOf(row) == 0)
        {
            start.Clear();
        }
        else
        {
            new ReadOnlySpan<float>(state, count).CopyTo(start);
        }

        for (var end = row + rows - 1; row < end; row++)
        {
            new ReadOnlySpan<float>(_x.Floats(row) + column, count).CopyTo(new(_y.Floats(row + 1) + column, count));
        }

        if (state is not null)
        {
            new ReadOnlySpan<float>(_x.Floats(row) + column, count).CopyTo(new(state, count));
        }
    }
}
