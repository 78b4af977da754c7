using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Execution.Fusions;

/// <summary>A norm whose result is only encoded for integer products: encoded row by row while it is in the cache.</summary>
[FusionRule("norm-then-encode")]
public sealed class NormThenEncode : FusionRule
{
    /// <inheritdoc/>
    public override Fused? TryFuse(FusionPass pass, Op op, IReadOnlyList<Tensor> inputs) =>
        op is Encode ? RowChain.Join(pass, op, inputs, 0, producer => producer is RmsNorm or LayerNorm) : null;
}
