using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Attention;

/// <summary>
/// The gradients of attention by its keys and values: <c>dk_j = Σ_i ds_ij·q_i</c> and <c>dv_j = Σ_i p_ij·dout_i</c> over the queries that see
/// the key (see <see cref="AttentionQueryGradientKernel"/>), by fused multiply-adds over ascending query rows, of a row over ascending heads
/// of the group, in spans of 256 rows of the sequence that are then added in order. An item is eight key rows and a key head; all tiers are
/// the reference.
/// </summary>
public sealed unsafe class AttentionKeyValueGradientKernel : Kernel
{
    private readonly AttentionGradient _gradient;
    private readonly Operand _keyGradient;
    private readonly Operand _valueGradient;

    /// <summary>Binds the operands.</summary>
    /// <param name="processor">The tier.</param>
    /// <param name="q">Queries, <c>[rows, heads·key_dim]</c>.</param>
    /// <param name="keys">Keys and values.</param>
    /// <param name="queries">Which sequences and positions the query rows are.</param>
    /// <param name="shape">What the attention computed.</param>
    /// <param name="output">What it gave, <c>[rows, heads·value_dim]</c>.</param>
    /// <param name="logSumExp">And its log-sum-exp, <c>[rows, heads]</c>.</param>
    /// <param name="outputGradient">Gradient of the output, <c>[rows, heads·value_dim]</c>.</param>
    /// <param name="keyGradient">Gradient of the keys, <c>[key rows, key_heads·key_dim]</c>.</param>
    /// <param name="valueGradient">Gradient of the values, <c>[key rows, key_heads·value_dim]</c>.</param>
    /// <exception cref="ArgumentException">The operands do not fit the shape.</exception>
    /// <exception cref="NotSupportedException">A score term has no gradient.</exception>
    public AttentionKeyValueGradientKernel(
        Processor processor, Operand q, KeyValueRows keys, RaggedRows queries, AttentionShape shape, Operand output, Operand logSumExp, Operand outputGradient, Operand keyGradient, Operand valueGradient)
    {
        _ = processor;
        _gradient = new(q, keys, queries, shape, output, logSumExp, outputGradient);
        Shapes.Check(keyGradient, keys.K.Columns, ElementType.F32, "gradient of the keys");
        Shapes.Check(valueGradient, keys.V.Columns, ElementType.F32, "gradient of the values");
        Shapes.SameRows(keys.K, keyGradient, "gradient of the keys");
        Shapes.SameRows(keys.V, valueGradient, "gradient of the values");
        (_keyGradient, _valueGradient) = (keyGradient, valueGradient);
    }

    /// <inheritdoc/>
    public override long ScratchBytes => sizeof(float) * AttentionGradient.KeyBlock * ((long)_gradient.Shape.KeyDim + _gradient.Shape.ValueDim);

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => (Rows(sizes) + AttentionGradient.KeyBlock - 1) / AttentionGradient.KeyBlock * _gradient.Shape.KeyHeads;

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var item = first; item < end; item++)
        {
            var keyHead = (int)(item % _gradient.Shape.KeyHeads);
            var row = item / _gradient.Shape.KeyHeads * AttentionGradient.KeyBlock;
            var last = Math.Min(row + AttentionGradient.KeyBlock, Rows(sizes));
            while (row < last)
            {
                // Rows of another sequence are a block of their own.
                var sequence = _gradient.Keys.Rows.SequenceOf(row);
                var block = Math.Min(last, (long)_gradient.Keys.Rows.FirstOf(sequence) + _gradient.Keys.Rows.CountOf(sequence));
                Block(sequence, row, (int)(block - row), keyHead, (float*)worker.Scratch.Address);
                row = block;
            }
        }
    }

    private long Rows(RunSizes sizes) => _keyGradient.Rows.In(sizes);

    private void Block(long sequence, long keyRow, int keys, int keyHead, float* keySpans)
    {
        var shape = _gradient.Shape;
        var valueSpans = keySpans + ((long)keys * shape.KeyDim);
        for (var key = 0; key < keys; key++)
        {
            new Span<float>(KeyTotal(keyRow + key, keyHead), shape.KeyDim).Clear();
            new Span<float>(ValueTotal(keyRow + key, keyHead), shape.ValueDim).Clear();
        }

        new Span<float>(keySpans, keys * (shape.KeyDim + shape.ValueDim)).Clear();
        var (first, count) = (_gradient.Queries.FirstOf(sequence), _gradient.Queries.CountOf(sequence));
        for (var i = 0; i < count; i++)
        {
            Query(first + i, sequence, keyRow - _gradient.Keys.Rows.FirstOf(sequence), keys, keyHead, keySpans, valueSpans);
            if ((i + 1) % AttentionShape.Span != 0 && i + 1 != count)
            {
                continue;
            }

            for (var key = 0; key < keys; key++)
            {
                AttentionGradient.Merge(KeyTotal(keyRow + key, keyHead), keySpans + (key * shape.KeyDim), shape.KeyDim);
                AttentionGradient.Merge(ValueTotal(keyRow + key, keyHead), valueSpans + (key * shape.ValueDim), shape.ValueDim);
            }
        }
    }

    private float* KeyTotal(long keyRow, int keyHead) => _keyGradient.Floats(keyRow) + ((long)keyHead * _gradient.Shape.KeyDim);

    private float* ValueTotal(long keyRow, int keyHead) => _valueGradient.Floats(keyRow) + ((long)keyHead * _gradient.Shape.ValueDim);

    // What a query row adds to the keys from the given one on that it sees.
    private void Query(long row, long sequence, long key, int keys, int keyHead, float* keySpans, float* valueSpans)
    {
        var shape = _gradient.Shape;
        var (low, high) = shape.Visible(_gradient.Queries.PositionOf(row), _gradient.Keys.Rows.CountOf(sequence));
        var (from, to) = (Math.Max(key, low), Math.Min(key + keys, high));
        if (from >= to)
        {
            return;
        }

        var weights = stackalloc float[AttentionGradient.KeyBlock];
        var dots = stackalloc float[AttentionGradient.KeyBlock];
        for (var head = keyHead * shape.Group; head < (keyHead + 1) * shape.Group; head++)
        {
            _gradient.Pairs(row, head, sequence, from, (int)(to - from), _gradient.Delta(row, head), weights, dots);
            for (var i = from; i < to; i++)
            {
                AttentionGradient.Accumulate(keySpans + ((i - key) * shape.KeyDim), dots + (i - from), _gradient.QueryOf(row, head), 0, 1, shape.KeyDim);
                AttentionGradient.Accumulate(valueSpans + ((i - key) * shape.ValueDim), weights + (i - from), _gradient.OutputGradientOf(row, head), 0, 1, shape.ValueDim);
            }
        }
    }
}
