using Sequitur.Kernels;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Weights;

namespace Sequitur.Tensors.Ops;

/// <summary>A value that a run is given.</summary>
public sealed class InputValue(string name, Shape shape, ElementType type) : Op
{
    /// <summary>The input's name.</summary>
    public string InputName => name;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [new(shape, type)];

    /// <inheritdoc/>
    public override Kernel Bind(Binding binding) => throw new InvalidOperationException("inputs are filled, not computed");

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Lower(Lowering lowering, Node node, IReadOnlyList<Tensor> inputs) => [lowering.Target.Input(name, shape, type)];

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients) => [];
}

/// <summary>A weight.</summary>
public sealed class ParameterValue(Parameter parameter) : Op
{
    /// <summary>The weight itself.</summary>
    public Parameter Parameter => parameter;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(parameter.Shape)];

    /// <inheritdoc/>
    public override Kernel Bind(Binding binding) => throw new InvalidOperationException("weights are read, not computed");

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Lower(Lowering lowering, Node node, IReadOnlyList<Tensor> inputs) => [lowering.Target.Parameter(parameter)];

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients) => [];
}
