#pragma warning disable CS9113
using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>The gradient of attention with respect to the queries; inputs: dout, out, log-sum-exp, then those of the attention.</summary>
public sealed class AttentionQueryGradient(AttentionSpec spec) : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(inputs[3].Shape)];

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new AttentionQueryGradientKernel(b.Processor, new AttentionGradientInputs(), b.Output());
}

/// <summary>The gradients of attention with respect to keys and values; inputs as in <see cref="AttentionQueryGradient"/>.</summary>
public sealed class AttentionKeyGradient(AttentionSpec spec) : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(inputs[4].Shape), TensorSpec.F32(inputs[5].Shape)];

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new AttentionKeyGradientKernel(b.Processor, new AttentionGradientInputs(), b.Output(0), b.Output(1));
}
