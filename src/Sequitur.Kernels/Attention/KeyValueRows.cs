namespace Sequitur.Kernels.Attention;

/// <summary>
/// Keys and values that are rows of the batch (no cache): those of sequence s are rows <c>First[s] … First[s] + Count[s] − 1</c>, at
/// positions 0 … Count[s] − 1. Both operands may be column slices.
/// </summary>
/// <param name="k">Keys, <c>[rows, key_heads·key_dim]</c>.</param>
/// <param name="v">Values, <c>[rows, key_heads·value_dim]</c>.</param>
/// <param name="keys">How the rows belong to sequences.</param>
public sealed unsafe class KeyValueRows(Operand k, Operand v, RaggedRows keys) : KeyValueSource
{
    /// <summary>How the rows belong to sequences.</summary>
    public RaggedRows Rows { get; } = keys;

    internal Operand K { get; } = k;

    internal Operand V { get; } = v;

    internal override void Check(AttentionShape shape)
    {
        Shapes.Check(K, checked(shape.KeyHeads * shape.KeyDim), ElementType.F32, "keys");
        Shapes.Check(V, checked(shape.KeyHeads * shape.ValueDim), ElementType.F32, "values");
        Shapes.SameRows(K, V, "keys and values");
        Shapes.SameRows(K, Rows.Sequence, "keys");
        Rows.Check("rows of the keys");
    }

    internal override RaggedRows Counting(RaggedRows told) => Rows;

    internal override long Keys(long sequence, RaggedRows counting) => counting.CountOf(sequence);

    internal float* Key(AttentionShape shape, long sequence, long position, int head) =>
        K.Floats(Rows.FirstOf(sequence) + position) + ((long)head * shape.KeyDim);

    internal float* Value(AttentionShape shape, long sequence, long position, int head) =>
        V.Floats(Rows.FirstOf(sequence) + position) + ((long)head * shape.ValueDim);

    internal override void CopyKey(AttentionShape shape, long sequence, long position, int head, float* destination) =>
        new ReadOnlySpan<float>(Key(shape, sequence, position, head), shape.KeyDim).CopyTo(new(destination, shape.KeyDim));

    internal override void CopyValue(AttentionShape shape, long sequence, long position, int head, float* destination) =>
        new ReadOnlySpan<float>(Value(shape, sequence, position, head), shape.ValueDim).CopyTo(new(destination, shape.ValueDim));

    internal override float* KeyTile<TLanes>(AttentionShape shape, long sequence, long tile, int head, int from, int to, float* scratch)
    {
        var rows = Key(shape, sequence, tile * Tile, head);
        Transpose.Columns(rows + (from * (K.Stride / sizeof(float))), K.Stride / sizeof(float), to - from, shape.KeyDim, scratch + from, Tile);
        return scratch;
    }

    internal override float* ValueTile<TLanes>(AttentionShape shape, long sequence, long tile, int head, int from, int to, float* scratch, out long stride)
    {
        // A row whose width is whole groups of lanes can be read where it is; others would be read past their end.
        var rows = Value(shape, sequence, tile * Tile, head);
        if (shape.ValueDim == shape.PaddedValueDim)
        {
            stride = V.Stride / sizeof(float);
            return rows;
        }

        stride = shape.PaddedValueDim;
        for (var row = from; row < to; row++)
        {
            CopyValue(shape, sequence, (tile * Tile) + row, head, scratch + (row * stride));
        }

        return scratch;
    }
}
