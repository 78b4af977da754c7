using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>The gradient of attention with respect to the queries. Inputs: dout, out and log-sum-exp, then the inputs of the attention.</summary>
public sealed class AttentionQueryGradient(AttentionSpec spec) : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(inputs[3].Shape)];

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new AttentionQueryGradientKernel(
        b.Processor, b.Input(3), AttentionGradients.Keys(b), b.Ragged(AttentionGradients.FirstRagged), AttentionGradients.Shape(b, spec), b.Input(1), b.Input(2), b.Input(0), b.Output());
}

/// <summary>The gradients of attention with respect to keys and values; inputs as in <see cref="AttentionQueryGradient"/>.</summary>
public sealed class AttentionKeyGradient(AttentionSpec spec) : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(inputs[4].Shape), TensorSpec.F32(inputs[5].Shape)];

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new AttentionKeyValueGradientKernel(
        b.Processor, b.Input(3), AttentionGradients.Keys(b), b.Ragged(AttentionGradients.FirstRagged), AttentionGradients.Shape(b, spec), b.Input(1), b.Input(2), b.Input(0), b.Output(0), b.Output(1));
}

/// <summary>Where both gradients find the inputs of their attention.</summary>
internal static class AttentionGradients
{
    /// <summary>The ragged dimension of the queries; that of the keys follows.</summary>
    public const int FirstRagged = 6;

    private const int FirstTerm = FirstRagged + (2 * Ragged.TensorCount);

    public static KeyValueRows Keys(Binding b) => new(b.Input(4), b.Input(5), b.Ragged(FirstRagged + Ragged.TensorCount));

    public static AttentionShape Shape(Binding b, AttentionSpec spec)
    {
        var (q, k, v) = (b.InputShape(3), b.InputShape(4), b.InputShape(5));
        return spec.Shape(q[1], k[1], q.Last, v.Last, b, FirstTerm);
    }
}
