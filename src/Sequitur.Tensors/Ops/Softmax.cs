using Sequitur.Kernels.Programs;
using Sequitur.Kernels.Reduce;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>Softmax over the last axis: y = e^(x − max) / Σ e^(x − max). Routers turn their outputs into probabilities with it; attention has its own.</summary>
public sealed class Softmax : Op
{
    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(inputs[0].Shape)];

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new SoftmaxKernel(b.Processor, b.Input(0), b.Output(), b.InputShape(0).Last);
}

public static partial class Operations
{
    /// <summary>Probabilities along the last axis.</summary>
    public static Tensor Softmax(this Tensor x) => x.Graph.Add(new Softmax(), x).Outputs[0];
}
