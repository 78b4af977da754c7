using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Attention;

/// <summary>
/// Writes the keys and values of a batch at their positions in a cache, rounded to its format (F16: to nearest, ties to even; Q8_0: <see cref="ElementType.Q8_0"/>).
/// An item is a row.
/// </summary>
public sealed unsafe class CacheWriteKernel : LaneKernel
{
    private readonly Operand _k;
    private readonly Operand _v;
    private readonly RaggedRows _rows;
    private readonly PagedSlot _slot;

    /// <summary>Binds the operands.</summary>
    /// <param name="processor">The tier.</param>
    /// <param name="k">Keys, <c>[rows, key_heads·key_dim]</c>.</param>
    /// <param name="v">Values, <c>[rows, key_heads·value_dim]</c>; not read where values lie in keys.</param>
    /// <param name="rows">Which sequences and positions the rows are; their pages must be in the slot's table.</param>
    /// <param name="slot">Where they go.</param>
    /// <exception cref="ArgumentException">The rows do not fit the slot.</exception>
    public CacheWriteKernel(Processor processor, Operand k, Operand v, RaggedRows rows, PagedSlot slot)
        : base(processor)
    {
        rows.Check("rows of the keys");
        Shapes.Check(k, slot.KeyHeads * slot.KeyDim, ElementType.F32, "keys");
        Shapes.SameRows(k, rows.Sequence, "keys");
        if (!slot.ValuesInKeys)
        {
            Shapes.Check(v, slot.KeyHeads * slot.ValueDim, ElementType.F32, "values");
            Shapes.SameRows(v, k, "keys and values");
        }

        (_k, _v, _rows, _slot) = (k, v, rows, slot);
    }

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _k.Rows.In(sizes);

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => GrainOf((long)_slot.KeyHeads * (_slot.KeyDim + _slot.ValueDim));

    private protected override void Reference(RunSizes sizes, long first, long end, Worker worker) => Lanes<One>(sizes, first, end, worker);

    private protected override void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            Write<V>(row);
        }
    }

    private void Write<V>(long row)
        where V : struct, ILanes<V>
    {
        var (sequence, position) = (_rows.SequenceOf(row), _rows.PositionOf(row));
        var (page, place) = (position / PagedSlot.PageSize, position % PagedSlot.PageSize);
        for (var head = 0; head < _slot.KeyHeads; head++)
        {
            var keys = _slot.Head(sequence, page, head);
            if (_slot.Format == ElementType.Q8_0)
            {
                WriteBytes<V>(row, head, _slot.Bytes(keys), (int)place);
                continue;
            }

            WriteKey<V>(_k.Floats(row) + ((long)head * _slot.KeyDim), keys, place);
            if (!_slot.ValuesInKeys)
            {
                WriteValue<V>(_v.Floats(row) + ((long)head * _slot.ValueDim), _slot.Values(keys), place);
            }
        }
    }

    private void WriteBytes<V>(long row, int head, BytePage page, int place)
        where V : struct, ILanes<V>
    {
        page.WriteKey<V>(_k.Floats(row) + ((long)head * _slot.KeyDim), place);
        if (!_slot.ValuesInKeys)
        {
            page.WriteValue<V>(_v.Floats(row) + ((long)head * _slot.ValueDim), place);
        }
    }

    private void WriteKey<V>(float* key, byte* block, int place)
        where V : struct, ILanes<V>
    {
        const int Group = 16;
        var halves = stackalloc ushort[Group];
        for (var d = 0; d < _slot.KeyDim; d += Group)
        {
            var count = Math.Min(Group, _slot.KeyDim - d);
            if (_slot.Format == ElementType.F16)
            {
                Narrow<V>(key + d, count, halves);
                _slot.Note(new(halves, count));
            }

            for (var i = 0; i < count; i++)
            {
                var index = ((d + i) * PagedSlot.PageSize) + place;
                if (_slot.Format == ElementType.F16)
                {
                    ((ushort*)block)[index] = halves[i];
                }
                else
                {
                    ((float*)block)[index] = key[d + i];
                }
            }
        }
    }

    private void WriteValue<V>(float* value, byte* block, int place)
        where V : struct, ILanes<V>
    {
        var start = (long)place * AttentionShape.Padded(_slot.ValueDim);
        if (_slot.Format == ElementType.F16)
        {
            Narrow<V>(value, _slot.ValueDim, (ushort*)block + start);
            _slot.Note(new((ushort*)block + start, _slot.ValueDim));
        }
        else
        {
            new ReadOnlySpan<float>(value, _slot.ValueDim).CopyTo(new((float*)block + start, _slot.ValueDim));
        }
    }

    private static void Narrow<V>(float* source, int count, ushort* destination)
        where V : struct, ILanes<V>
    {
        var i = 0;
        for (; i + V.Count <= count; i += V.Count)
        {
            V.StoreHalf(destination + i, V.Load(source + i));
        }

        for (; i < count; i++)
        {
            One.StoreHalf(destination + i, One.Load(source + i));
        }
    }
}
