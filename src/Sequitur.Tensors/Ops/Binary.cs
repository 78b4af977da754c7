using Sequitur.Kernels.Elementwise;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>
/// A function of two numbers, element by element. The second operand has the first one's shape, or is one row for all rows (a bias, a gain), one number a row, or one number.
/// </summary>
public sealed class Pairwise(BinaryFunction function) : Op
{
    /// <summary>The function.</summary>
    public BinaryFunction Function => function;

    /// <inheritdoc/>
    public override string Name => function.Name;

    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        var (a, b) = (inputs[0].Shape, inputs[1].Shape);
        var sameRows = a.Rows == b.Rows || b.Rows == 1;
        Require(sameRows && (a.Columns == b.Columns || b.Columns == 1), "a second operand of the first one's shape, or one row or column of it", inputs);
        return [TensorSpec.F32(a)];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding binding) => function.Bind(binding.Processor, binding.Input(0), binding.Input(1), binding.Output());

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients)
    {
        var (a, b, dy) = (node.Inputs[0], node.Inputs[1], outputGradients[0]!);
        if (function == Kernels.Elementwise.Binary.Add)
        {
            return [dy, gradient.Wants(b) ? Reduce(dy, b) : null];
        }

        if (function == Kernels.Elementwise.Binary.Subtract)
        {
            return [dy, gradient.Wants(b) ? Reduce(dy.Scale(-1), b) : null];
        }

        if (function == Kernels.Elementwise.Binary.Multiply)
        {
            return [gradient.Wants(a) ? dy * b : null, gradient.Wants(b) ? Reduce(dy * a, b) : null];
        }

        return function == Kernels.Elementwise.Binary.Divide && !gradient.Wants(b)
            ? [dy / b]
            : throw new NotSupportedException($"{Name} has no gradient rule for its second operand yet");
    }

    private static Tensor Reduce(Tensor d, Tensor like) =>
        d.Shape.Rows == like.Shape.Rows && d.Shape.Columns == like.Shape.Columns ? d
        : like.Shape.Rows == 1 && like.Shape.Columns == d.Shape.Columns ? d.SumRows(like.Shape)
        : throw new NotSupportedException($"no gradient rule for an operand {like.Shape} that is spread over {d.Shape}");
}

public static partial class Operations
{
    extension(Tensor)
    {
        /// <summary>a + b.</summary>
        public static Tensor operator +(Tensor a, Tensor b) => Pair(Binary.Add, a, b);

        /// <summary>a − b.</summary>
        public static Tensor operator -(Tensor a, Tensor b) => Pair(Binary.Subtract, a, b);

        /// <summary>a · b, element by element.</summary>
        public static Tensor operator *(Tensor a, Tensor b) => Pair(Binary.Multiply, a, b);

        /// <summary>a / b, element by element.</summary>
        public static Tensor operator /(Tensor a, Tensor b) => Pair(Binary.Divide, a, b);
    }

    private static Tensor Pair(BinaryFunction function, Tensor a, Tensor b) => a.Graph.Add(new Pairwise(function), a, b).Outputs[0];
}
