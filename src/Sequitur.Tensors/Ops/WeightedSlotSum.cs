using Sequitur.Kernels.Programs;
using Sequitur.Kernels.Routing;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>
/// Joins what a row's experts put out: y <c>[rows, slots, n]</c>, weights <c>[rows, slots]</c> → Σ over slots of weight·y <c>[rows, n]</c>, a chain of fused multiply-adds in the order of the slots.
/// </summary>
public sealed class WeightedSlotSum : Op
{
    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        var (y, weights) = (inputs[0].Shape, inputs[1].Shape);
        Require(y.Rank == 3 && weights.Rows == y.Rows && weights.Columns == y[1], "y [rows, slots, n] and weights [rows, slots]", inputs);
        return [TensorSpec.F32(y.WithRow(y.Last))];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new WeightedSlotSumKernel(b.Processor, b.Input(0), b.Input(1), b.Output());

    /// <inheritdoc/>
    public override double Flops(Node node, Func<Dimension, long> size) => 2.0 * size(node.Inputs[0].Shape.Rows) * node.Inputs[0].Shape.Columns;
}

public static partial class Operations
{
    /// <summary>The sum of each row's slots, each times its weight.</summary>
    public static Tensor WeightedSlotSum(this Tensor y, Tensor weights) => y.Graph.Add(new WeightedSlotSum(), y, weights).Outputs[0];
}
