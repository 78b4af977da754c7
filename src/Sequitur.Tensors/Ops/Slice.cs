using Sequitur.Kernels;
using Sequitur.Kernels.Programs;
using Sequitur.Kernels.Reduce;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>
/// A part of the last axis: <c>[rows, …, n]</c> → <c>[rows, …, count]</c>. Of a matrix it is a view; of <c>[rows, heads, n]</c> each head's part is copied.
/// </summary>
public sealed class Slice(int first, int count, bool isView) : Op
{
    /// <inheritdoc/>
    public override bool IsView => isView;

    /// <inheritdoc/>
    public override bool IsRowWise => !isView;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        var shape = inputs[0].Shape;
        Require(first >= 0 && count > 0 && first + count <= shape.Last, $"a last axis of at least {first + count}", inputs);
        return [new(new Shape([.. shape.Dimensions.SkipLast(1), count]), inputs[0].Type)];
    }

    /// <inheritdoc/>
    public override Operand View(Operand input, Tensor output)
    {
        var offset = input.Type.RowBytes(first);
        return new Operand(input.Memory.Slice(offset, input.Memory.Bytes - offset), input.Rows, count, input.Type, input.Stride);
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) =>
        new CopyColumnsKernel(b.Processor, b.Input(0), b.Output(), b.InputShape(0).Columns / b.InputShape(0).Last, first, 0, count);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients) =>
        [node.Graph.Add(new PadColumns(first, count, node.Inputs[0].Shape), outputGradients[0]!).Outputs[0]];
}

/// <summary>The gradient of a slice: zeros around it.</summary>
public sealed class PadColumns(int first, int count, Shape result) : Op
{
    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(result)];

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new PadColumnsKernel(b.Processor, b.Input(0), b.Output(), result.Columns / result.Last, 0, first, count);
}

public static partial class Operations
{
    /// <summary>Part of the last axis.</summary>
    public static Tensor Slice(this Tensor x, int first, int count) => x.Graph.Add(new Slice(first, count, x.Shape.Rank == 2), x).Outputs[0];
}
