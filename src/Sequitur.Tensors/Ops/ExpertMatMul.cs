using Sequitur.Kernels;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>
/// Product of each row with the weights of the experts that were chosen for it: x <c>[rows, k]</c> (the same for all of them) or <c>[rows, slots, k]</c> (one for each), experts
/// <c>[rows, slots]</c>, W <c>[experts·n, k]</c> → <c>[rows, slots, n]</c>. Rows that share an expert are computed together, and no expert is read that nobody chose; each output is one chain over
/// ascending k, so neither changes a bit.
/// </summary>
/// <param name="experts">How many experts the weight stacks.</param>
public sealed class ExpertMatMul(int experts) : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        var (x, chosen, w) = (inputs[0].Shape, inputs[1].Shape, inputs[2].Shape);
        Require(
            inputs[1].Type == ElementType.I32 && chosen.Rank == 2 && w.Rank == 2 && w[0] % experts == 0
            && (x.Columns == w.Columns || x.Columns == (long)chosen.Columns * w.Columns),
            $"x [rows, (slots,) k], chosen experts [rows, slots] and W [{experts}·n, k]",
            inputs);
        return [TensorSpec.F32(x.WithRow(chosen.Columns, w[0] / experts))];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new ExpertMatMulKernel(b.Processor, b.Input(0), b.Input(1), b.Panels(2, experts), b.Output(), experts);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Lower(Lowering lowering, Node node, IReadOnlyList<Tensor> inputs) =>
        inputs[2].Node.Op is ParameterValue weight && lowering.IsInteger(weight.Parameter)
            ? lowering.Target.Add(new ExpertIntegerMatMul(experts), lowering.Encode(inputs[0], mayRemain: false), inputs[1], inputs[2]).Outputs
            : base.Lower(lowering, node, inputs);

    /// <inheritdoc/>
    public override double Flops(Node node, Func<Dimension, long> size) =>
        2.0 * size(node.Outputs[0].Shape.Rows) * node.Outputs[0].Shape.Columns * node.Inputs[2].Shape.Columns;
}

/// <summary>The same with encoded activations and quantized weights, block by block in integers (see <see cref="IntegerMatMul"/>). A node of lowered graphs only.</summary>
/// <param name="experts">How many experts the weight stacks.</param>
public sealed class ExpertIntegerMatMul(int experts) : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        Require(inputs[0].Type == ElementType.Encoded8 && inputs[1].Type == ElementType.I32, "encoded x and chosen experts", inputs);
        return [TensorSpec.F32(inputs[0].Shape.WithRow(inputs[1].Shape.Columns, inputs[2].Shape[0] / experts))];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new ExpertIntegerMatMulKernel(b.Processor, b.Input(0), b.Input(1), b.Panels(2, experts), b.Output(), experts);

    /// <inheritdoc/>
    public override double Flops(Node node, Func<Dimension, long> size) =>
        2.0 * size(node.Outputs[0].Shape.Rows) * node.Outputs[0].Shape.Columns * node.Inputs[2].Shape.Columns;
}

public static partial class Operations
{
    /// <summary>The product with the chosen experts' weights, <c>[rows, slots, n]</c>.</summary>
    public static Tensor ExpertMatMul(this Tensor x, Tensor chosen, Tensor weight, int experts) =>
        x.Graph.Add(new ExpertMatMul(experts), x, chosen, weight).Outputs[0];
}
