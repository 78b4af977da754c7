using Sequitur.Kernels.Programs;
using Sequitur.Kernels.Recurrent;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>
/// RWKV-4's attention without a look back (Peng et al. 2023, arXiv:2305.13048), a recurrence in each channel: with w = −exp(time_decay) and u = time_first,
/// yₜ = (Σ_{i&lt;t} exp((t − 1 − i)·w + kᵢ)·vᵢ + exp(u + kₜ)·vₜ) / (the same sum without v). Inputs: k, v <c>[rows, n]</c>, time_decay, time_first <c>[n]</c>, the rows' ragged dimension → <c>[rows, n]</c>.
/// A run with a cache keeps numerator, denominator and largest exponent in a state slot of 3·n numbers; without, all of a sequence is in the batch.
/// </summary>
/// <param name="slot">The state slot.</param>
/// <param name="cached">Whether the state is kept; then the group's page table is the last input. Lowering sets it.</param>
public sealed class Wkv(string slot, bool cached = false) : Op
{
    /// <summary>Numbers of state a channel.</summary>
    public const int StatePerChannel = WkvKernel.StatePerChannel;

    private const int FirstRagged = 4;
    private const int PageTable = FirstRagged + Ragged.TensorCount;

    /// <inheritdoc/>
    public override string Name => nameof(Wkv) + (cached ? "+state" : "");

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        var k = inputs[0].Shape;
        Require(
            inputs[1].Shape == k && inputs[2].Shape.Columns == k.Columns && inputs[3].Shape.Columns == k.Columns && inputs[FirstRagged].Shape.Rows == k.Rows,
            "k and v [rows, n], time_decay and time_first [n], and the rows' ragged dimension",
            inputs);
        return [TensorSpec.F32(k)];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new WkvKernel(
        b.Processor, b.Input(0), b.Input(1), b.Input(2), b.Input(3), b.Ragged(FirstRagged), cached ? b.StateSlot(slot, PageTable) : null, b.Output());

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Lower(Lowering lowering, Node node, IReadOnlyList<Tensor> inputs) => lowering.Choices.Cache is null
        ? base.Lower(lowering, node, inputs)
        : lowering.Target.Add(new Wkv(slot, cached: true), [.. inputs, lowering.PageTable(slot)]).Outputs;

    /// <inheritdoc/>
    public override double Flops(Node node, Func<Dimension, long> size) => 24.0 * size(node.Outputs[0].Shape.Rows) * node.Outputs[0].Shape.Columns;
}

public static partial class Operations
{
    /// <summary>The recurrence over keys and values.</summary>
    public static Tensor Wkv(this Tensor k, Tensor v, Tensor decay, Tensor first, Ragged rows, string slot) =>
        k.Graph.Add(new Wkv(slot), [k, v, decay, first, .. rows.Tensors]).Outputs[0];
}
