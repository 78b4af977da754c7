using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Attention;

/// <summary>
/// The gradient of attention by its queries: <c>dq = Σ_j ds_j·k_j</c> with <c>ds_j = p_j·(dout·v_j − dout·out)·slopes·scale</c>, summed by
/// fused multiply-adds over ascending keys in spans of 256 positions that are then added in order. An item is a row; all tiers are the
/// reference.
/// </summary>
public sealed unsafe class AttentionQueryGradientKernel : Kernel
{
    private readonly AttentionGradient _gradient;
    private readonly Operand _queryGradient;

    /// <summary>Binds the operands.</summary>
    /// <param name="processor">The tier.</param>
    /// <param name="q">Queries, <c>[rows, heads·key_dim]</c>.</param>
    /// <param name="keys">Keys and values.</param>
    /// <param name="queries">Which sequences and positions the query rows are.</param>
    /// <param name="shape">What the attention computed.</param>
    /// <param name="output">What it gave, <c>[rows, heads·value_dim]</c>.</param>
    /// <param name="logSumExp">And its log-sum-exp, <c>[rows, heads]</c>.</param>
    /// <param name="outputGradient">Gradient of the output, <c>[rows, heads·value_dim]</c>.</param>
    /// <param name="queryGradient">The result, <c>[rows, heads·key_dim]</c>.</param>
    /// <exception cref="ArgumentException">The operands do not fit the shape.</exception>
    /// <exception cref="NotSupportedException">A score term has no gradient.</exception>
    public AttentionQueryGradientKernel(
        Processor processor, Operand q, KeyValueRows keys, RaggedRows queries, AttentionShape shape, Operand output, Operand logSumExp, Operand outputGradient, Operand queryGradient)
    {
        _ = processor;
        _gradient = new(q, keys, queries, shape, output, logSumExp, outputGradient);
        Shapes.Check(queryGradient, q.Columns, ElementType.F32, "gradient of the queries");
        Shapes.SameRows(q, queryGradient, "gradient of the queries");
        _queryGradient = queryGradient;
    }

    /// <inheritdoc/>
    public override long ScratchBytes => (long)_gradient.Shape.KeyDim * sizeof(float);

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _queryGradient.Rows.In(sizes);

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            for (var head = 0; head < _gradient.Shape.Heads; head++)
            {
                Query(row, head, (float*)worker.Scratch.Address);
            }
        }
    }

    private void Query(long row, int head, float* span)
    {
        var shape = _gradient.Shape;
        var sequence = _gradient.Queries.SequenceOf(row);
        var (low, high) = shape.Visible(_gradient.Queries.PositionOf(row), _gradient.Keys.Rows.CountOf(sequence));
        var total = _queryGradient.Floats(row) + ((long)head * shape.KeyDim);
        new Span<float>(total, shape.KeyDim).Clear();
        new Span<float>(span, shape.KeyDim).Clear();
        var (delta, keyHead) = (_gradient.Delta(row, head), head / shape.Group);
        var weights = stackalloc float[AttentionGradient.KeyBlock];
        var dots = stackalloc float[AttentionGradient.KeyBlock];
        var keys = _gradient.Keys;
        for (var key = low; key < high;)
        {
            var spanEnd = Math.Min(high, ((key / AttentionShape.Span) + 1) * AttentionShape.Span);
            var count = (int)Math.Min(AttentionGradient.KeyBlock, spanEnd - key);
            _gradient.Pairs(row, head, sequence, key, count, delta, weights, dots);
            AttentionGradient.Accumulate(span, dots, keys.Key(shape, sequence, key, keyHead), keys.K.Stride / sizeof(float), count, shape.KeyDim);
            key += count;
            if (key == spanEnd)
            {
                AttentionGradient.Merge(total, span, shape.KeyDim);
            }
        }
    }
}
