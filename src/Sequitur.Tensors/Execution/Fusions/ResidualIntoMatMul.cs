using Sequitur.Kernels.Elementwise;
using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Execution.Fusions;

/// <summary>residual + x·Wᵀ (+ bias): the residual is added where the product is stored.</summary>
[FusionRule("residual-into-matmul")]
public sealed class ResidualIntoMatMul : FusionRule
{
    /// <inheritdoc/>
    public override Fused? TryFuse(FusionPass pass, Op op, IReadOnlyList<Tensor> inputs)
    {
        if (op is not Pairwise add || add.Function != Binary.Add || inputs[0].Shape != inputs[1].Shape)
        {
            return null;
        }

        return Join(pass, inputs[1], inputs[0]) ?? Join(pass, inputs[0], inputs[1]);
    }

    // Addition commutes to the bit, so either side may be the product.
    private static Fused? Join(FusionPass pass, Tensor product, Tensor residual) =>
        pass.IsHidden(product) && product.Node is { Op: IMatMul { HasResidual: false } op } node && residual != product
            ? new Fused(op.With(op.HasBias, residual: true), [.. node.Inputs, residual])
            : null;
}
