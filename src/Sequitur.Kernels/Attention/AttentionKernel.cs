using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Attention;

/// <summary>
/// Attention: per query row and head the softmax-weighted sum of the visible values, and on request the log-sum-exp of the scores.
/// </summary>
/// <remarks>
/// Keys are reduced in fixed spans of 256 absolute positions, of which only the visible range is touched:
/// <code>
/// score_j = fl((chain of fma over ascending d of q_d·k_jd)·scale), then the terms in order
/// m = max score;  p_j = exp(score_j − m);  l = Σ p_j, 16 accumulators by j mod 16, folded 8-4-2-1
/// o_d = chain of fma over ascending j of p_j·v_jd from +0
/// merge (left to right): m' = max(m, m_s);  a = exp(m − m');  b = exp(m_s − m');  l = fma(l, a, l_s·b);  o = fma(o, a, o_s·b)
/// result o / l;  log-sum-exp m + log(l);  without a visible key: zeros, and −∞
/// </code>
/// So the bits depend on nothing but the keys, values and positions: not on cache or batch, chunks, pages, threads or vector width.
/// An item is a block of query rows and a key head: its query heads, and the block's rows of the same sequence, share each tile of 64 keys. Where there are few, an item is a span of one.
/// </remarks>
public sealed class AttentionKernel : LaneKernel
{
    private const int MaxBlock = 16;

    private readonly Tier _tier;
    private readonly AttentionBinding _binding;

    /// <summary>Binds the operands.</summary>
    /// <param name="processor">The tier.</param>
    /// <param name="q">Queries, <c>[rows, heads·key_dim]</c>.</param>
    /// <param name="keys">Where keys and values are.</param>
    /// <param name="queries">Which sequences and positions the query rows are.</param>
    /// <param name="keyRows">
    /// The ragged dimension of the keys where it is another one (cross attention over pages): its lengths say how many keys a sequence has.
    /// <see cref="KeyValueRows"/> have their own.
    /// </param>
    /// <param name="shape">What to compute.</param>
    /// <param name="output">Results, <c>[rows, heads·value_dim]</c>; shares no memory with the other operands.</param>
    /// <param name="logSumExp">Log-sum-exp of the scores, <c>[rows, heads]</c>, or none.</param>
    /// <exception cref="ArgumentException">The operands do not fit the shape.</exception>
    public AttentionKernel(
        Processor processor, Operand q, KeyValueSource keys, RaggedRows queries, RaggedRows? keyRows, AttentionShape shape, Operand output, Operand logSumExp = default)
        : base(processor)
    {
        shape.Check();
        queries.Check("rows of the queries");
        keyRows?.Check("rows of the keys");
        keys.Check(shape);
        Shapes.Check(q, checked(shape.Heads * shape.KeyDim), ElementType.F32, "queries");
        Shapes.Check(output, checked(shape.Heads * shape.ValueDim), ElementType.F32, "output");
        Shapes.SameRows(q, queries.Sequence, "queries");
        Shapes.SameRows(q, output, "output");
        if (!logSumExp.IsNone)
        {
            Shapes.Check(logSumExp, shape.Heads, ElementType.F32, "log-sum-exp");
            Shapes.SameRows(q, logSumExp, "log-sum-exp");
        }

        _tier = processor.Tier;
        _binding = new(shape, q, keys, queries, keys.Counting(keyRows ?? queries), output, logSumExp);
    }

    /// <inheritdoc/>
    public override long ScratchBytes => _tier == Tier.Scalar
        ? AttentionReference.ScratchBytes(_binding.Shape)
        : AttentionScratch.Bytes(_binding.Shape);

    /// <inheritdoc/>
    public override long SharedBytes => IsSplittable ? AttentionPartials.Bytes(_binding.Shape, ((PagedSlot)_binding.Keys).Positions) : 0;

    // Keys that are rows of the batch have as many queries: those are items enough.
    private bool IsSplittable => _tier != Tier.Scalar && _binding.Keys is PagedSlot && _binding.Shape.Group <= AttentionScratch.Queries;

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => Whole(sizes) * Parts(sizes);

    private protected override void Reference(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var item = first; item < end; item++)
        {
            var (row, last, keyHead) = Place(sizes, item);
            AttentionReference.Run(_binding, row, last, keyHead, worker.Scratch);
        }
    }

    private protected override void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
    {
        var parts = Parts(sizes);
        var queries = (int)Block(sizes) * _binding.Shape.Group;
        for (var item = first; item < end; item++)
        {
            var whole = item / parts;
            var (row, last, keyHead) = Place(sizes, whole);
            if (parts == 1)
            {
                AttentionSweep<V>.Run(_binding, row, last, keyHead, worker.Scratch);
            }
            else
            {
                AttentionSweep<V>.RunPart(_binding, row, last, keyHead, (int)(item % parts), new(worker.Shared, _binding.Shape, whole, parts, queries), worker.Scratch);
            }
        }
    }

    // The query rows [first, end) and the key head of an item that is not split.
    private (long First, long End, int KeyHead) Place(RunSizes sizes, long item)
    {
        var block = Block(sizes);
        var row = item / _binding.Shape.KeyHeads * block;
        return (row, Math.Min(row + block, _binding.Query.Rows.In(sizes)), (int)(item % _binding.Shape.KeyHeads));
    }

    // Blocks of query rows × key heads.
    private long Whole(RunSizes sizes)
    {
        var block = Block(sizes);
        return (_binding.Query.Rows.In(sizes) + block - 1) / block * _binding.Shape.KeyHeads;
    }

    // Few items with long sequences are split into their spans, so that all threads read the cache, and for as long.
    private int Parts(RunSizes sizes)
    {
        var rows = _binding.Query.Rows.In(sizes);
        var block = Block(sizes);
        if (!IsSplittable || (rows + block - 1) / block * block > AttentionPartials.MostRows(_binding.Shape) || Whole(sizes) > SharedMemory.CounterCount)
        {
            return 1;
        }

        var most = 1L;
        for (var row = 0L; row < rows; row += block)
        {
            // A block of several rows has them of one sequence, or is not split.
            var last = Math.Min(row + block, rows) - 1;
            var sequence = _binding.Queries.SequenceOf(row);
            if (_binding.Queries.SequenceOf(last) != sequence)
            {
                return 1;
            }

            var keys = _binding.Keys.Keys(sequence, _binding.Counting);
            var (low, high) = (_binding.Shape.Visible(_binding.Queries.PositionOf(row), keys).First, _binding.Shape.Visible(_binding.Queries.PositionOf(last), keys).End);
            most = Math.Max(most, ((high - 1) / AttentionShape.Span) - (low / AttentionShape.Span) + 1);
        }

        return (int)most;
    }

    // Rows of one sequence are worth sharing a tile, rows of many sequences are worth spreading over threads: a block is about as long
    // as the sequences' rows are in this batch, as long as its queries (rows × heads of a group) fit the scratch memory of one sweep.
    private long Block(RunSizes sizes)
    {
        var sequences = Math.Max(1, _binding.Queries.First.Rows.In(sizes));
        var average = (_binding.Query.Rows.In(sizes) + sequences - 1) / sequences;
        var limit = Math.Clamp(AttentionScratch.Queries / _binding.Shape.Group, 1, MaxBlock);
        return Math.Clamp(average, 1, limit);
    }
}

/// <summary>What an attention is bound to.</summary>
internal sealed record AttentionBinding(
    AttentionShape Shape, Operand Query, KeyValueSource Keys, RaggedRows Queries, RaggedRows Counting, Operand Output, Operand LogSumExp);
