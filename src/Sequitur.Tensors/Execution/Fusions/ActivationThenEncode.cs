using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Execution.Fusions;

/// <summary>An activation without a gate, then encoded for the next projection.</summary>
[FusionRule("activation-then-encode")]
public sealed class ActivationThenEncode : FusionRule
{
    /// <inheritdoc/>
    public override Fused? TryFuse(FusionPass pass, Op op, IReadOnlyList<Tensor> inputs) =>
        op is Encode ? RowChain.Join(pass, op, inputs, 0, producer => producer is Elementwise) : null;
}
