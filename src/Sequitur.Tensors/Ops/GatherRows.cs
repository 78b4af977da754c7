using Sequitur.Kernels;
using Sequitur.Kernels.Programs;
using Sequitur.Kernels.Reduce;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>Chosen rows: x <c>[tokens, width]</c>, indices <c>[outputs]</c> → <c>[outputs, width]</c>. So the head computes only the rows that are wanted.</summary>
public sealed class GatherRows : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        Require(inputs[1].Type == ElementType.I32 && inputs[1].Shape.Columns == 1, "integer row numbers", inputs);
        return [TensorSpec.F32(new Shape([inputs[1].Shape.Rows, .. inputs[0].Shape.Dimensions.AsSpan()[1..]]))];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new GatherRowsKernel(b.Processor, b.Input(0), b.Input(1), b.Output());

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients) =>
        [node.Graph.Add(new ScatterRows(node.Inputs[0].Shape), outputGradients[0]!, node.Inputs[1]).Outputs[0], null];
}

/// <summary>The gradient of chosen rows: each is added to the row it came from, in ascending order; all others are zero.</summary>
public sealed class ScatterRows(Shape result) : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(result)];

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new ScatterAddRowsKernel(b.Processor, b.Input(0), b.Input(1), b.Output());
}

public static partial class Operations
{
    /// <summary>The rows that the indices name.</summary>
    public static Tensor Gather(this Tensor x, Tensor indices) => x.Graph.Add(new GatherRows(), x, indices).Outputs[0];
}
