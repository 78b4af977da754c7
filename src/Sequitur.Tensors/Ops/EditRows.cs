using Sequitur.Kernels.Elementwise;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;

namespace Sequitur.Tensors.Ops;

/// <summary>
/// Changes some rows and columns of a value: x <c>[rows, …]</c>, positions <c>[rows]</c> (only where the edit names some) → y of x's shape; y = x · scale + addend where the edit says so. Interventions are made of it.
/// </summary>
/// <param name="edit">What is changed.</param>
public sealed class EditRows(RowEdit edit) : Op
{
    /// <summary>What is changed.</summary>
    public RowEdit Edit => edit;

    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Infer(IReadOnlyList<Tensor> inputs)
    {
        edit.Check(inputs[0].Shape.Columns);
        Require(edit.Positions is null || inputs[1].Shape.Rows == inputs[0].Shape.Rows, "a position for each row", inputs);
        return [TensorSpec.F32(inputs[0].Shape)];
    }

    /// <inheritdoc/>
    public override Kernel Bind(Binding b) => new EditRowsKernel(b.Input(0), b.Optional(1, edit.Positions is not null), b.Output(), edit);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(Gradient gradient, Node node, IReadOnlyList<Tensor?> outputGradients) =>
        [node.Graph.Add(new EditRows(edit.Linear), [outputGradients[0]!, .. node.Inputs.Skip(1)]).Outputs[0], .. node.Inputs.Skip(1).Select(_ => (Tensor?)null)];
}
