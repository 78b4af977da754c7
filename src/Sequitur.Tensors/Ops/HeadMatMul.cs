using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>
/// A product for each head with the head's own rows of one weight W <c>[heads·rows_per_head, k]</c>: head h uses rows h·rows_per_head + first_row + i, i from 0 to count.
/// Plain: x <c>[rows, heads, k]</c> → <c>[rows, heads, count]</c>, y[h, i] = Σₖ x[h, k]·W[row(h, i), k]. Transposed: x <c>[rows, heads, count]</c> → <c>[rows, heads, k]</c>,
/// y[h, k] = Σᵢ x[h, i]·W[row(h, i), k]. Multi-head latent attention absorbs its projections of keys and values by it (DeepSeek-AI 2024, arXiv:2405.04434). Always in float32, whatever the weight's format.
/// </summary>
/// <param name="rowsPerHead">Rows of the weight that belong to a head.</param>
/// <param name="firstRow">The first of them that is used.</param>
/// <param name="count">How many are used.</param>
/// <param name="transposed">Whether the product is with the transposed rows.</param>
public sealed class HeadMatMul(int rowsPerHead, int firstRow, int count, bool transposed) : Op
{
    /// <summary>Rows of the weight that belong to a head.</summary>
    public int RowsPerHead => rowsPerHead;

    /// <summary>The first of them that is used.</summary>
    public int FirstRow => firstRow;

    /// <summary>How many are used.</summary>
    public int Count => count;

    /// <summary>Whether the product is with the transposed rows.</summary>
    public bool IsTransposed => transposed;

    /// <inheritdoc/>
    public override string Name => nameof(HeadMatMul) + (transposed ? "+transposed" : "");

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        var (x, w) = (inputs[0].Shape, inputs[1].Shape);
        Require(
            x.Rank == 3 && w.Rank == 2 && w[0] == x[1] * rowsPerHead && firstRow + count <= rowsPerHead && x.Last == (transposed ? count : w.Columns),
            $"x [rows, heads, {(transposed ? $"{count}" : "k")}] and W [heads·{rowsPerHead}, k]",
            inputs);
        return [TensorSpec.F32(x.WithRow(x[1], transposed ? w.Columns : count))];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new HeadMatMulKernel(
        b.Processor, b.Input(0), b.Weight(1), b.Output(), b.InputShape(0)[1], rowsPerHead, firstRow, count, transposed);

    /// <inheritdoc/>
    public override double Flops(Node node, Func<Dimension, long> size) =>
        2.0 * size(node.Inputs[0].Shape.Rows) * node.Inputs[0].Shape[1] * count * node.Inputs[1].Shape.Columns;
}

public static partial class Operations
{
    /// <summary>The product of each head with <paramref name="count"/> of its own rows of a weight, from <paramref name="firstRow"/> on.</summary>
    public static Tensor HeadMatMul(this Tensor x, Tensor weight, int firstRow, int count, bool transposed = false) =>
        x.Graph.Add(new HeadMatMul(weight.Shape[0] / x.Shape[1], firstRow, count, transposed), x, weight).Outputs[0];
}
