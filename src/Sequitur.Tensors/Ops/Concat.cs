using Sequitur.Kernels.Programs;
using Sequitur.Kernels.Reduce;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>Parts side by side along the last axis: <c>[rows, …, a]</c>, <c>[rows, …, b]</c> … → <c>[rows, …, a + b + …]</c>; of <c>[rows, heads, n]</c> head by head.</summary>
public sealed class Concat : Op
{
    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        var first = inputs[0].Shape;
        Require(
            first.Rank > 1 && inputs.All(t => t.Type == inputs[0].Type && t.Shape.Dimensions.SkipLast(1).SequenceEqual(first.Dimensions.SkipLast(1))),
            "parts that differ in the last axis only",
            inputs);
        return [new(new Shape([.. first.Dimensions.SkipLast(1), inputs.Sum(t => t.Shape.Last)]), inputs[0].Type)];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new ConcatKernel(
        b.Processor, [.. Enumerable.Range(0, b.InputCount).Select(b.Input)], b.Output(), b.InputShape(0).Columns / b.InputShape(0).Last);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients)
    {
        var parts = new List<Tensor?>();
        var first = 0;
        foreach (var input in node.Inputs)
        {
            parts.Add(gradient.Wants(input) ? outputGradients[0]!.Slice(first, input.Shape.Last) : null);
            first += input.Shape.Last;
        }

        return parts;
    }
}

public static partial class Operations
{
    /// <summary>The parts side by side along the last axis.</summary>
    public static Tensor Concat(this Tensor first, params IReadOnlyList<Tensor> others) => first.Graph.Add(new Concat(), [first, .. others]).Outputs[0];
}
