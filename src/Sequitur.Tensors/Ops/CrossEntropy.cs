using Sequitur.Kernels;
using Sequitur.Kernels.Programs;
using Sequitur.Kernels.Reduce;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>
/// −ln softmax(logits)[label] of each row: logits <c>[outputs, vocabulary]</c>, labels <c>[outputs]</c> → <c>[outputs, 1]</c>; 0 where the label is negative (ignored).
/// </summary>
public sealed class CrossEntropy : Op
{
    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        Require(inputs[1].Type == ElementType.I32 && inputs[0].Shape.Rows == inputs[1].Shape.Rows, "a label for each row of logits", inputs);
        return [TensorSpec.F32(inputs[0].Shape.WithRow(1))];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new CrossEntropyKernel(b.Processor, b.Input(0), b.Input(1), b.Output());

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients) =>
        [node.Graph.Add(new CrossEntropyGradient(), node.Inputs[0], node.Inputs[1], outputGradients[0]!).Outputs[0], null];
}

/// <summary>The gradient of the cross-entropy: (softmax − one-hot) · dloss.</summary>
public sealed class CrossEntropyGradient : Op
{
    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(inputs[0].Shape)];

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new CrossEntropyGradientKernel(b.Processor, b.Input(0), b.Input(1), b.Input(2), b.Output());
}

public static partial class Operations
{
    /// <summary>
    /// The mean cross-entropy over the labels that are not negative. Their number, over the whole batch, is an input of its own,
    /// so that the losses and gradients of micro-batches add up to those of one big batch.
    /// </summary>
    public static Tensor MeanCrossEntropy(this Tensor logits, Tensor labels, Tensor labelCount) =>
        logits.CrossEntropy(labels).SumRows(new Shape(1, 1)) / labelCount;

    /// <summary>Cross-entropy of each row.</summary>
    public static Tensor CrossEntropy(this Tensor logits, Tensor labels) => logits.Graph.Add(new CrossEntropy(), logits, labels).Outputs[0];
}
