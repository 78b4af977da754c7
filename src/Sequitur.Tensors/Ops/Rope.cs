using Sequitur.Kernels.Programs;
using Sequitur.Kernels.Rope;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>
/// Cosines and sines of the rotary angles of each row, shared by all layers: angle = float32(position · frequency), both times the set's scale.
/// Frequencies <c>[sequences, n]</c> and scale <c>[sequences]</c> are fixed when a request is admitted. → <c>[rows, 2·n]</c>.
/// </summary>
public sealed class RopeTable : Op
{
    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs) =>
        [TensorSpec.F32(inputs[2].Shape.WithRow(inputs[0].Shape.Columns * 2))];

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new RopeTableKernel(b.Processor, b.Ragged(2), b.Input(0), b.Input(1), b.Output());

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients) => [.. node.Inputs.Select(_ => (Tensor?)null)];
}

/// <summary>
/// Rotary position embedding (Su et al. 2021) of x <c>[rows, heads, head_dim]</c>: turns pairs of <paramref name="rotaryDim"/> columns of each head, from column <paramref name="first"/> on, by the angles of a table.
/// </summary>
public sealed class Rope(int first, int rotaryDim, RopeLayout layout, bool inverse) : Op
{
    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        Require(inputs[0].Shape.Rank == 3 && first + rotaryDim <= inputs[0].Shape.Last && inputs[1].Shape.Columns == rotaryDim, $"heads of at least {first + rotaryDim} numbers and a table of {rotaryDim}", inputs);
        return [TensorSpec.F32(inputs[0].Shape)];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new RopeKernel(
        b.Processor, b.Input(0), b.Input(1), b.Output(), b.InputShape(0).Last, first, rotaryDim, layout, inverse);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients) =>
        [node.Graph.Add(new Rope(first, rotaryDim, layout, !inverse), outputGradients[0]!, node.Inputs[1]).Outputs[0], null];
}

public static partial class Operations
{
    /// <summary>Turns the first columns of each head by the table's angles.</summary>
    public static Tensor Rope(this Tensor x, Tensor table, RopeLayout layout = RopeLayout.HalfSplit, int first = 0) =>
        x.Graph.Add(new Rope(first, table.Shape.Columns, layout, inverse: false), x, table).Outputs[0];
}
