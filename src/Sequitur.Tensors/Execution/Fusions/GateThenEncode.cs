using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Execution.Fusions;

/// <summary>activation(gate) · up, then encoded for the down projection.</summary>
[FusionRule("gate-then-encode")]
public sealed class GateThenEncode : FusionRule
{
    /// <inheritdoc/>
    public override Fused? TryFuse(FusionPass pass, Op op, IReadOnlyList<Tensor> inputs) =>
        op is Encode ? RowChain.Join(pass, op, inputs, 0, producer => producer is Pairwise) : null;
}
