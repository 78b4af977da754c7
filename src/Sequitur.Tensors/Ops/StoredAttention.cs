using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>
/// Keys and values that a phase leaves in a cache slot for a later phase (an encoder's for the decoder's cross-attention). Inputs: k, v, the rows' ragged dimension.
/// Without a cache nothing happens: there the phases stand in one graph.
/// </summary>
public sealed class StoreKeys(string slot) : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(inputs[0].Shape.WithRow(0))];

    /// <inheritdoc/>
    public override Kernel Bind(Binding binding) => new NoKernel();

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Lower(Lowering lowering, Node node, IReadOnlyList<Tensor> inputs) => lowering.Choices.Cache is null
        ? base.Lower(lowering, node, inputs)
        : lowering.Target.Add(new CacheWrite(slot), [inputs[0], inputs[1], lowering.PageTable(slot), .. inputs.Skip(2)]).Outputs;

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients) => [.. node.Inputs.Select(_ => (Tensor?)null)];
}

/// <summary>Attention over what an earlier phase left in a slot. Inputs: q, the ragged dimensions of queries and keys, tensors of the terms. It needs a run with a cache.</summary>
public sealed class StoredAttention(AttentionSpec spec, string slot, int valueDim) : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(inputs[0].Shape.WithRow(inputs[0].Shape[1], valueDim))];

    /// <inheritdoc/>
    public override Kernel Bind(Binding binding) => throw new InvalidOperationException($"{slot} was filled by another phase: this phase runs with a cache, or in one graph with that phase");

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Lower(Lowering lowering, Node node, IReadOnlyList<Tensor> inputs) => lowering.Choices.Cache is null
        ? base.Lower(lowering, node, inputs)
        : lowering.Target.Add(new PagedAttention(spec, slot, writes: false) { ValueDim = valueDim }, [inputs[0], lowering.PageTable(slot), .. inputs.Skip(1)]).Outputs;
}
