using Sequitur.Kernels.Elementwise;
using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Tests;

public sealed class GraphTests
{
    [Fact]
    public void Shape_UnknownBehindTheFirstAxis_IsRefused() => Should.Throw<ArgumentException>(() => new Shape(4, "tokens"));

    [Fact]
    public void Shape_Axes_AreRowsAndColumns()
    {
        var heads = new Shape("tokens", 3, 8);

        heads.Rows.ShouldBe("tokens");
        (heads.Columns, heads.Last, heads.Rank).ShouldBe((24, 8, 3));
        heads.ToString().ShouldBe("[tokens, 3, 8]");
        new Shape(24).Rows.ShouldBe(1);
        new Shape("tokens").Columns.ShouldBe(1);
        heads.WithRow(24).ShouldBe(new Shape("tokens", 24));
    }

    [Fact]
    public void Add_ShapesThatDoNotFit_NamesBoth()
    {
        var graph = new Graph();
        var x = graph.NumberInput("x", new Shape("tokens", 8));
        var y = graph.NumberInput("y", new Shape("tokens", 7));

        var error = Should.Throw<ArgumentException>(() => x + y);

        error.Message.ShouldContain("x F32 [tokens, 8]");
        error.Message.ShouldContain("y F32 [tokens, 7]");
    }

    [Fact]
    public void Add_TensorOfAnotherGraph_IsRefused()
    {
        var x = new Graph().NumberInput("x", new Shape("tokens", 8));

        Should.Throw<ArgumentException>(() => new Graph().Add(new Elementwise(Unary.Silu), x));
    }

    [Fact]
    public void Input_DeclaredTwiceWithOtherShapes_IsRefused()
    {
        var graph = new Graph();
        graph.NumberInput("x", new Shape("tokens", 8)).ShouldBeSameAs(graph.NumberInput("x", new Shape("tokens", 8)));

        Should.Throw<ArgumentException>(() => graph.NumberInput("x", new Shape("tokens", 9)));
        Should.Throw<ArgumentException>(() => graph.IntegerInput("x", new Shape("tokens", 8)));
    }

    [Fact]
    public void Name_Twice_IsRefused()
    {
        var graph = new Graph();
        var x = graph.NumberInput("x", new Shape("tokens", 8));
        graph.Name("embed", x);

        Should.Throw<ArgumentException>(() => graph.Name("embed", x)).Message.ShouldContain("embed");
        Should.Throw<UsageException>(() => graph.Value("layers.0.q")).Message.ShouldContain("embed");
    }

    [Fact]
    public void Print_SmallGraph_IsALineForEachNode()
    {
        var graph = new Graph();
        var x = graph.NumberInput("x", new Shape("tokens", 8));
        graph.Output("y", graph.Name("act", x.Apply(Unary.Relu)));

        graph.Print().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(3);
        graph.Symbols.ShouldBe(["tokens"]);
    }
}
