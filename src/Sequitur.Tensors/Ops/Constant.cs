using Sequitur.Kernels.Programs;
using Sequitur.Kernels.Reduce;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>The same number everywhere.</summary>
public sealed class Constant(Shape shape, float value) : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(shape)];

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new FillKernel(b.Processor, b.Output(), value);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients) => [];
}
