using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Execution.Fusions;

/// <summary>activation(gate) · up: the gate of SwiGLU and GeGLU.</summary>
[FusionRule("activation-then-multiply")]
public sealed class ActivationThenMultiply : FusionRule
{
    /// <inheritdoc/>
    public override Fused? TryFuse(FusionPass pass, Op op, IReadOnlyList<Tensor> inputs) =>
        op is Pairwise pair && pair.Function == Kernels.Elementwise.Binary.Multiply && inputs[0].Shape == inputs[1].Shape
            ? RowChain.Join(pass, op, inputs, 0, producer => producer is Elementwise)
            : null;
}
