using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>
/// Product with a weight: x <c>[rows, inputs]</c>, W <c>[outputs, inputs]</c> → x·Wᵀ <c>[rows, outputs]</c>, each output one chain of fused multiply-adds
/// over ascending inputs. Fusing may add a bias <c>[outputs]</c> and a residual <c>[rows, outputs]</c> after the chain.
/// </summary>
public sealed class MatMul(bool hasBias = false, bool hasResidual = false) : Op, IMatMul
{
    /// <inheritdoc/>
    public bool HasBias => hasBias;

    /// <inheritdoc/>
    public bool HasResidual => hasResidual;

    /// <inheritdoc/>
    public override string Name => nameof(MatMul) + (hasBias ? "+bias" : "") + (hasResidual ? "+residual" : "");

    /// <inheritdoc/>
    public Op With(bool bias, bool residual) => new MatMul(bias, residual);

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        var (x, w) = (inputs[0].Shape, inputs[1].Shape);
        Require(w.Rank == 2 && x.Columns == w.Columns, "x [rows, inputs] and W [outputs, inputs]", inputs);
        return [TensorSpec.F32(x.WithRow(w[0]))];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new MatMulKernel(
        b.Processor, b.Input(0), b.Panels(1), b.Output(), b.Optional(2, hasBias), b.Optional(hasBias ? 3 : 2, hasResidual));

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Lower(Lowering lowering, Node node, IReadOnlyList<Tensor> inputs) =>
        inputs[1].Node.Op is ParameterValue weight && lowering.IsInteger(weight.Parameter)
            ? lowering.Target.Add(new IntegerMatMul(lowering.IsPrecise(node)), lowering.Encode(inputs[0]), inputs[1]).Outputs
            : base.Lower(lowering, node, inputs);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients)
    {
        var (x, w, dy) = (node.Inputs[0], node.Inputs[1], outputGradients[0]!);
        return
        [
            gradient.Wants(x) ? node.Graph.Add(new TransposedMatMul(x.Shape), dy, w).Outputs[0] : null,
            gradient.Wants(w) ? node.Graph.Add(new WeightGradient(w.Shape), dy, x).Outputs[0] : null,
        ];
    }

    /// <inheritdoc/>
    public override double Flops(Node node, Func<Dimension, long> size) =>
        2.0 * size(node.Inputs[0].Shape.Rows) * node.Inputs[1].Shape.Columns * node.Inputs[1].Shape[0];
}

/// <summary>What fusing knows of a product with a weight: whether it adds a bias and a residual already.</summary>
internal interface IMatMul
{
    /// <summary>Whether the third input is a bias.</summary>
    bool HasBias { get; }

    /// <summary>Whether the last input is a residual.</summary>
    bool HasResidual { get; }

    /// <summary>The same product with other additions.</summary>
    Op With(bool bias, bool residual);
}

/// <summary>The gradient of a product with respect to its activations: dy·W, exact through any weight format, frozen or not.</summary>
public sealed class TransposedMatMul(Shape result) : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        Require(inputs[0].Shape.Columns == inputs[1].Shape[0], "dy [rows, outputs] and W [outputs, inputs]", inputs);
        return [TensorSpec.F32(result)];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new TransposedMatMulKernel(b.Processor, b.Input(0), b.Weight(1), b.Output());
}

/// <summary>The gradient of a product with respect to its weight: dyᵀ·x, over rows in spans of 256, merged in order.</summary>
public sealed class WeightGradient(Shape weight) : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        Require(inputs[0].Shape.Columns == weight[0] && inputs[1].Shape.Columns == weight.Columns, $"dy and x of a weight {weight}", inputs);
        return [TensorSpec.F32(weight)];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new WeightGradientKernel(b.Processor, b.Input(0), b.Input(1), b.Output());
}

public static partial class Operations
{
    /// <summary>x·Wᵀ.</summary>
    public static Tensor MatMul(this Tensor x, Tensor weight) => x.Graph.Add(new MatMul(), x, weight).Outputs[0];
}
