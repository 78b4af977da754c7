using Sequitur.Kernels.Elementwise;
using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Execution.Fusions;

/// <summary>x·Wᵀ + bias: the bias is added where the product is stored.</summary>
[FusionRule("bias-into-matmul")]
public sealed class BiasIntoMatMul : FusionRule
{
    /// <inheritdoc/>
    public override Fused? TryFuse(FusionPass pass, Op op, IReadOnlyList<Tensor> inputs) =>
        op is Pairwise add && add.Function == Binary.Add && pass.IsHidden(inputs[0])
        && inputs[0].Node is { Op: IMatMul { HasBias: false, HasResidual: false } product } node
        && inputs[1].Node.Op is ParameterValue && inputs[1].Shape.Columns == inputs[0].Shape.Columns
            ? new Fused(product.With(bias: true, residual: false), [.. node.Inputs, inputs[1]])
            : null;
}
