using Sequitur.Kernels;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>Rows of a table by their numbers: ids <c>[rows]</c>, table <c>[vocabulary, width]</c> → <c>[rows, width]</c>.</summary>
public sealed class Embedding : Op
{
    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        Require(inputs[0].Type == ElementType.I32 && inputs[0].Shape.Columns == 1 && inputs[1].Shape.Rank == 2, "integer ids and a table", inputs);
        return [TensorSpec.F32(inputs[0].Shape.WithRow(inputs[1].Shape.Columns))];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding binding) => new EmbeddingKernel(binding.Processor, binding.Input(0), binding.Weight(1), binding.Output(), binding.PacksWeights);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients) =>
        [null, gradient.Wants(node.Inputs[1]) ? node.Graph.Add(new EmbeddingGradient(node.Inputs[1].Shape), node.Inputs[0], outputGradients[0]!).Outputs[0] : null];
}

/// <summary>The gradient of a table: each row's gradient is added to the row it was read from, in ascending order.</summary>
public sealed class EmbeddingGradient(Shape table) : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) => [TensorSpec.F32(table)];

    /// <inheritdoc/>
    public override Kernel Bind(Binding binding) => new EmbeddingGradientKernel(binding.Processor, binding.Input(0), binding.Input(1), binding.Output());
}

public static partial class Operations
{
    /// <summary>The rows of <paramref name="table"/> that the ids name.</summary>
    public static Tensor Embed(this Tensor ids, Tensor table) => ids.Graph.Add(new Embedding(), ids, table).Outputs[0];
}
