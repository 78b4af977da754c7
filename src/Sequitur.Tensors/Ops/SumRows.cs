using Sequitur.Kernels.Programs;
using Sequitur.Kernels.Reduce;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>The sum over rows (and over groups of columns, where the result is narrower): spans of 256 rows, merged in order.</summary>
public sealed class SumRows(Shape result) : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        Require(result.Rows == 1 && inputs[0].Shape.Columns % result.Columns == 0, $"rows of a multiple of {result.Columns} numbers", inputs);
        return [TensorSpec.F32(result)];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding binding) => new ColumnSumKernel(binding.Processor, binding.Input(0), binding.Output());

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients) =>
        [node.Graph.Add(new SpreadRows(node.Inputs[0].Shape), outputGradients[0]!).Outputs[0]];
}

/// <summary>One row, repeated (its groups of columns too): the gradient of a sum over rows.</summary>
public sealed class SpreadRows(Shape result) : Op
{
    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        Require(inputs[0].Shape.Rows == 1 && result.Columns % inputs[0].Shape.Columns == 0, $"one row that divides rows of {result}", inputs);
        return [TensorSpec.F32(result)];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new SpreadRowsKernel(b.Processor, b.Input(0), b.Output());
}

public static partial class Operations
{
    /// <summary>The sum over rows, as one row.</summary>
    public static Tensor SumRows(this Tensor x, Shape result) => x.Graph.Add(new SumRows(result), x).Outputs[0];
}
