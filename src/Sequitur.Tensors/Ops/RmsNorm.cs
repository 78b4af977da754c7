using Sequitur.Kernels.Norm;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>
/// Root-mean-square norm over the last axis: y = x / √(mean(x²) + ε) · (weight + offset) (Zhang and Sennrich 2019). Gemma stores weight − 1: offset 1.
/// </summary>
public sealed class RmsNorm(float epsilon, float offset, bool hasWeight) : Op
{
    /// <summary>Added to the mean square.</summary>
    public float Epsilon => epsilon;

    /// <summary>Added to the weight.</summary>
    public float Offset => offset;

    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        var x = inputs[0].Shape;
        Require(!hasWeight || inputs[1].Shape.Columns == x.Last || inputs[1].Shape.Columns == x.Columns, "a weight as long as the last axis", inputs);
        return [TensorSpec.F32(x)];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new RmsNormKernel(
        b.Processor, b.Input(0), b.Optional(1, hasWeight), b.Output(), b.InputShape(0).Last, epsilon, offset);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients)
    {
        var (x, dy) = (node.Inputs[0], outputGradients[0]!);
        IReadOnlyList<Tensor> weight = hasWeight ? [node.Inputs[1]] : [];
        var dx = gradient.Wants(x) ? node.Graph.Add(new RmsNormGradient(epsilon, offset, hasWeight), [x, dy, .. weight]).Outputs[0] : null;
        return hasWeight
            ? [dx, gradient.Wants(weight[0]) ? node.Graph.Add(new RmsNormWeightGradient(epsilon, weight[0].Shape), x, dy).Outputs[0] : null]
            : [dx];
    }
}

/// <summary>The gradient of the RMS norm with respect to its input.</summary>
public sealed class RmsNormGradient(float epsilon, float offset, bool hasWeight) : Op
{
    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(inputs[0].Shape)];

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new RmsNormGradientKernel(
        b.Processor, b.Input(0), b.Optional(2, hasWeight), b.Input(1), b.Output(), b.InputShape(0).Last, epsilon, offset);
}

/// <summary>The gradient of the RMS norm with respect to its weight.</summary>
public sealed class RmsNormWeightGradient(float epsilon, Shape weight) : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(weight)];

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new RmsNormWeightGradientKernel(
        b.Processor, b.Input(0), b.Input(1), b.Output(), b.InputShape(0).Last, epsilon);
}

public static partial class Operations
{
    /// <summary>The root-mean-square norm over the last axis.</summary>
    public static Tensor RmsNorm(this Tensor x, Tensor? weight, float epsilon, float offset = 0) =>
        x.Graph.Add(new RmsNorm(epsilon, offset, weight is not null), weight is null ? [x] : [x, weight]).Outputs[0];
}
