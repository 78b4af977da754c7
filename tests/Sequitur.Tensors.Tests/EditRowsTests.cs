using Sequitur.Kernels.Elementwise;
using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Tests;

/// <summary>The shape rule of edits.</summary>
public sealed class EditRowsTests
{
    [Fact]
    public void Infer_OfHeads_KeepsTheShape()
    {
        var graph = new Graph();
        var x = graph.NumberInput("x", new Shape("tokens", 3, 8));
        graph.Add(new EditRows(new RowEdit(null, 8, 8, 0, null)), x).Outputs[0].Shape.ShouldBe(x.Shape);
        graph.Add(new EditRows(new RowEdit([0, 2], 0, 24, 1, new float[48])), x, Ragged.In(graph, "tokens").Position).Outputs[0].Shape.ShouldBe(x.Shape);
    }

    [Fact]
    public void Infer_OfColumnsOutsideOrPositionsOfOtherRows_IsRefused()
    {
        var graph = new Graph();
        var x = graph.NumberInput("x", new Shape("tokens", 8));
        Should.Throw<ArgumentException>(() => graph.Add(new EditRows(new RowEdit(null, 4, 5, 0, null)), x));
        Should.Throw<ArgumentException>(() => graph.Add(new EditRows(new RowEdit(null, 0, 8, 1, new float[7])), x));
        Should.Throw<ArgumentException>(() => graph.Add(new EditRows(new RowEdit([1], 0, 8, 1, null)), x, graph.IntegerInput("others", new Shape("outputs"))));
    }
}
