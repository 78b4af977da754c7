using Sequitur.Kernels.Programs;
using Sequitur.Kernels.Recurrent;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>
/// RWKV's token shift (Peng et al. 2023, arXiv:2305.13048): each row's predecessor in its sequence, zeros at position 0. Inputs: x <c>[rows, n]</c>, the rows' ragged dimension → <c>[rows, n]</c>.
/// A run with a cache keeps a sequence's last row in a state slot of n numbers; without, all of a sequence is in the batch.
/// </summary>
/// <param name="slot">The state slot.</param>
/// <param name="cached">Whether the state is kept; then the group's page table is the last input. Lowering sets it.</param>
public sealed class TokenShift(string slot, bool cached = false) : Op
{
    private const int FirstRagged = 1;
    private const int PageTable = FirstRagged + Ragged.TensorCount;

    /// <inheritdoc/>
    public override string Name => nameof(TokenShift) + (cached ? "+state" : "");

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        Require(inputs[FirstRagged].Shape.Rows == inputs[0].Shape.Rows, "x over the rows of the ragged dimension", inputs);
        return [TensorSpec.F32(inputs[0].Shape)];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) =>
        new TokenShiftKernel(b.Processor, b.Input(0), b.Ragged(FirstRagged), cached ? b.StateSlot(slot, PageTable) : null, b.Output());

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Lower(Lowering lowering, Node node, IReadOnlyList<Tensor> inputs) => lowering.Choices.Cache is null
        ? base.Lower(lowering, node, inputs)
        : lowering.Target.Add(new TokenShift(slot, cached: true), [.. inputs, lowering.PageTable(slot)]).Outputs;
}

public static partial class Operations
{
    /// <summary>Each row's predecessor in its sequence.</summary>
    public static Tensor TokenShift(this Tensor x, Ragged rows, string slot) => x.Graph.Add(new TokenShift(slot), [x, .. rows.Tensors]).Outputs[0];
}
