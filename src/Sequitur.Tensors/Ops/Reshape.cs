using Sequitur.Kernels;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>Other axes over the same rows: <c>[tokens, heads·head_dim]</c> as <c>[tokens, heads, head_dim]</c> and back. Costs nothing.</summary>
public sealed class Reshape(Shape shape) : Op
{
    /// <inheritdoc/>
    public override bool IsView => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        Require(inputs[0].Shape.Rows == shape.Rows && inputs[0].Shape.Columns == shape.Columns, $"as many numbers as {shape}", inputs);
        return [new(shape, inputs[0].Type)];
    }

    /// <inheritdoc/>
    public override Operand View(Operand input, Tensor output) => input;

    /// <inheritdoc/>
    public override Kernel Bind(Binding binding) => throw new InvalidOperationException("a view has no kernel");

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients) =>
        [node.Graph.Add(new Reshape(node.Inputs[0].Shape), outputGradients[0]!).Outputs[0]];
}

public static partial class Operations
{
    /// <summary><c>[rows, heads·head_dim]</c> as <c>[rows, heads, head_dim]</c>.</summary>
    public static Tensor Heads(this Tensor x, int heads) => x.Graph.Add(new Reshape(x.Shape.WithRow(heads, x.Shape.Columns / heads)), x).Outputs[0];

    /// <summary>All axes but the first as one: <c>[rows, columns]</c>.</summary>
    public static Tensor Flatten(this Tensor x) => x.Graph.Add(new Reshape(x.Shape.WithRow(x.Shape.Columns)), x).Outputs[0];
}
