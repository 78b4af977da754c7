using Sequitur.Kernels.Elementwise;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>A function of each number by itself: activations, scaling, soft caps.</summary>
public sealed class Elementwise(UnaryFunction function) : Op
{
    /// <summary>The function.</summary>
    public UnaryFunction Function => function;

    /// <inheritdoc/>
    public override string Name => function.Name;

    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(inputs[0].Shape)];

    /// <inheritdoc/>
    public override Kernel Bind(Binding binding) => function.Bind(binding.Processor, binding.Input(0), binding.Output());

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients) =>
        [node.Graph.Add(new ElementwiseGradient(function), node.Inputs[0], outputGradients[0]!).Outputs[0]];
}

/// <summary>The gradient of an elementwise function: dx = dy · f′(x).</summary>
public sealed class ElementwiseGradient(UnaryFunction function) : Op
{
    /// <inheritdoc/>
    public override string Name => $"{function.Name}Gradient";

    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        Require(inputs[0].Shape == inputs[1].Shape, "x and dy of one shape", inputs);
        return [TensorSpec.F32(inputs[0].Shape)];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding binding) => function.BindGradient(binding.Processor, binding.Input(0), binding.Input(1), binding.Output());
}

/// <summary>Operations as a model writes them.</summary>
public static partial class Operations
{
    /// <summary>Applies a function to each number.</summary>
    public static Tensor Apply(this Tensor x, UnaryFunction function) => x.Graph.Add(new Elementwise(function), x).Outputs[0];

    /// <summary>x · factor.</summary>
    public static Tensor Scale(this Tensor x, float factor) => factor == 1 ? x : x.Apply(Unary.Scale(factor));
}
