using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Attention;

/// <summary>
/// The gradients of attention by its keys and values: <c>dk_j = Σ_i ds_ij·q_i</c> and <c>dv_j = Σ_i p_ij·dout_i</c> over the queries that see
/// the key (see <see cref="AttentionQueryGradientKernel"/>), by fused multiply-adds over ascending query rows, of a row over ascending heads
/// of the group, in spans of 256 rows of the sequence that are then added in order. An item is a key row and a key head; all tiers are the
/// reference.
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
    public override long ScratchBytes => sizeof(float) * ((long)_gradient.Shape.KeyDim + _gradient.Shape.ValueDim);

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _keyGradient.Rows.In(sizes) * _gradient.Shape.KeyHeads;

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var item = first; item < end; item++)
        {
            Key(item / _gradient.Shape.KeyHeads, (int)(item % _gradient.Shape.KeyHeads), (float*)worker.Scratch.Address);
        }
    }

    private void Key(long keyRow, int keyHead, float* keySpan)
    {
        var shape = _gradient.Shape;
        var sequence = _gradient.Keys.Rows.SequenceOf(keyRow);
        var valueSpan = keySpan + shape.KeyDim;
        var keyTotal = _keyGradient.Floats(keyRow) + ((long)keyHead * shape.KeyDim);
        var valueTotal = _valueGradient.Floats(keyRow) + ((long)keyHead * shape.ValueDim);
        new Span<float>(keyTotal, shape.KeyDim).Clear();
        new Span<float>(valueTotal, shape.ValueDim).Clear();
        new Span<float>(keySpan, shape.KeyDim + shape.ValueDim).Clear();
        var (first, count) = (_gradient.Queries.FirstOf(sequence), _gradient.Queries.CountOf(sequence));
        for (var i = 0; i < count; i++)
        {
            Query(first + i, sequence, keyRow - _gradient.Keys.Rows.FirstOf(sequence), keyHead, keySpan, valueSpan);
            if ((i + 1) % AttentionShape.Span == 0 || i + 1 == count)
            {
                AttentionGradient.Merge(keyTotal, keySpan, shape.KeyDim);
                AttentionGradient.Merge(valueTotal, valueSpan, shape.ValueDim);
            }
        }
    }

    private void Query(long row, long sequence, long key, int keyHead, float* keySpan, float* valueSpan)
    {
        var shape = _gradient.Shape;
        var (low, high) = shape.Visible(_gradient.Queries.PositionOf(row), _gradient.Keys.Rows.CountOf(sequence));
        if (key < low || key >= high)
        {
            return;
        }

        for (var head = keyHead * shape.Group; head < (keyHead + 1) * shape.Group; head++)
        {
            var (weight, dot) = _gradient.Pair(row, head, sequence, key, _gradient.Delta(row, head));
            AttentionGradient.Accumulate(keySpan, dot, _gradient.QueryOf(row, head), shape.KeyDim);
            AttentionGradient.Accumulate(valueSpan, weight, _gradient.OutputGradientOf(row, head), shape.ValueDim);
        }
    }
}
