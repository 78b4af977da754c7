using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Execution.Fusions;

/// <summary>Keys are turned and written into the cache row by row.</summary>
[FusionRule("rope-then-write")]
public sealed class RopeThenWrite : FusionRule
{
    /// <inheritdoc/>
    public override Fused? TryFuse(FusionPass pass, Op op, IReadOnlyList<Tensor> inputs) =>
        op is CacheWrite ? RowChain.Join(pass, op, inputs, 0, producer => producer is Rope) : null;
}
