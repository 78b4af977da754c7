using Sequitur.Kernels.Norm;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>Layer norm over the last axis: y = (x − mean) / √(var + ε) · weight + bias (Ba et al. 2016); var divides by n.</summary>
public sealed class LayerNorm(float epsilon, bool hasBias) : Op
{
    /// <summary>Added to the variance.</summary>
    public float Epsilon => epsilon;

    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        Require(inputs.Skip(1).All(t => t.Shape.Columns == inputs[0].Shape.Last), "weight and bias as long as the last axis", inputs);
        return [TensorSpec.F32(inputs[0].Shape)];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new LayerNormKernel(
        b.Processor, b.Input(0), b.Input(1), b.Optional(2, hasBias), b.Output(), b.InputShape(0).Last, epsilon);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients)
    {
        var (x, weight, dy) = (node.Inputs[0], node.Inputs[1], outputGradients[0]!);
        var dx = gradient.Wants(x) ? node.Graph.Add(new LayerNormGradient(epsilon), x, weight, dy).Outputs[0] : null;
        var dw = gradient.Wants(weight) ? node.Graph.Add(new LayerNormWeightGradient(epsilon, weight.Shape), x, dy).Outputs[0] : null;
        return hasBias ? [dx, dw, gradient.Wants(node.Inputs[2]) ? dy.SumRows(node.Inputs[2].Shape) : null] : [dx, dw];
    }
}

/// <summary>The gradient of the layer norm with respect to its input.</summary>
public sealed class LayerNormGradient(float epsilon) : Op
{
    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(inputs[0].Shape)];

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new LayerNormGradientKernel(
        b.Processor, b.Input(0), b.Input(1), b.Input(2), b.Output(), b.InputShape(0).Last, epsilon);
}

/// <summary>The gradient of the layer norm with respect to its weight.</summary>
public sealed class LayerNormWeightGradient(float epsilon, Shape weight) : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(weight)];

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new LayerNormWeightGradientKernel(
        b.Processor, b.Input(0), b.Input(1), b.Output(), b.InputShape(0).Last, epsilon);
}

public static partial class Operations
{
    /// <summary>The layer norm over the last axis.</summary>
    public static Tensor LayerNorm(this Tensor x, Tensor weight, Tensor? bias, float epsilon) =>
        x.Graph.Add(new LayerNorm(epsilon, bias is not null), bias is null ? [x, weight] : [x, weight, bias]).Outputs[0];
}
