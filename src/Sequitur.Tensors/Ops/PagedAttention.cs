using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>
/// Writes keys and values at their positions into a cache slot, rounded to the cache's format: before they are read, also within a chunk. Inputs: k, v, page table, the rows' ragged dimension. A node of lowered graphs only.
/// </summary>
public sealed class CacheWrite(string slot) : Op
{
    /// <summary>The slot.</summary>
    public string Slot => slot;

    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(inputs[0].Shape.WithRow(0))];

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new CacheWriteKernel(b.Processor, b.Input(0), b.Input(1), b.Ragged(3), b.KeyValueSlot(slot, 2));
}

/// <summary>
/// Attention over the pages of a cache slot. Inputs: q, the effect of writing (if this run writes), page table, the ragged dimensions of queries and keys, tensors of the terms. A node of lowered graphs only.
/// </summary>
public sealed class PagedAttention(AttentionSpec spec, string slot, bool writes = true) : Op
{
    private readonly int _pageTable = writes ? 2 : 1;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        var q = inputs[0].Shape;
        Require(q.Rank == 3, "q [rows, heads, d]", inputs);
        return [TensorSpec.F32(q.WithRow(q[1], ValueDim ?? q.Last))];
    }

    /// <summary>Numbers a value, where they are not as many as a key has.</summary>
    public int? ValueDim { get; init; }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b)
    {
        var keys = b.KeyValueSlot(slot, _pageTable);
        var q = b.InputShape(0);
        var declared = b.Caches!.Layout.Slot(slot);
        var firstTerm = _pageTable + 1 + (2 * Ragged.TensorCount);
        var shape = spec.Shape(q[1], declared.KeyHeads, declared.KeyDim, declared.ValueDim, b, firstTerm);
        return new AttentionKernel(b.Processor, b.Input(0), keys, b.Ragged(_pageTable + 1), b.Ragged(_pageTable + 1 + Ragged.TensorCount), shape, b.Output(), Binding.None);
    }
}
