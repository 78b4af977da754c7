using Sequitur.Kernels.Elementwise;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Tests;

/// <summary>Copies of graphs compute what the originals do.</summary>
public sealed class GraphCopyTests
{
    private const int Rows = 5;

    [Fact]
    public void Of_AGraph_GivesTheOriginalsBitsAndNames()
    {
        var graph = Example();
        var copy = GraphCopy.Of(graph);

        copy.ShouldNotBeSameAs(graph);
        copy.Nodes.Count.ShouldBe(graph.Nodes.Count);
        copy.Named.Keys.ShouldBe(graph.Named.Keys);
        copy.Inputs.Keys.ShouldBe(graph.Inputs.Keys);
        copy.Nodes.ShouldAllBe(node => node.Graph == copy);
        Interpreter.Run(copy, Inputs()).Floats("y").ShouldBe(Interpreter.Run(graph, Inputs()).Floats("y"));
    }

    [Fact]
    public void Of_AGraphWithAChangedValue_IsReadByAllAndHasTheName()
    {
        var graph = Example();
        var copy = GraphCopy.Of(graph, value: (_, original, copied) => original == graph.Value("act") ? copied.Apply(Unary.Scale(2)) : copied);
        var (plain, changed) = (Interpreter.Run(graph, Inputs()), Interpreter.Run(copy, Inputs()));

        changed.Floats("act").ShouldBe(plain.Floats("act").Select(x => 2 * x));
        changed.Floats("y").ShouldBe(plain.Floats("y").Zip((float[])Inputs().Values["x"], (y, x) => ((y - x) * 2) + x), 1e-6);
    }

    [Fact]
    public void Of_AGraphWithAChangedNode_HasTheOtherOperation()
    {
        var copy = GraphCopy.Of(Example(), (c, node, inputs) => node.Op is Elementwise ? c.Target.Add(new Elementwise(Unary.Relu), inputs).Outputs : null);

        Interpreter.Run(copy, Inputs()).Floats("act").ShouldAllBe(x => x >= 0);
    }

    [Fact]
    public void Part_FromAnInnerValue_ComputesTheRestFromIt()
    {
        var graph = Example();
        var run = Interpreter.Run(graph, Inputs());
        var part = GraphCopy.Part(graph, new Dictionary<string, Tensor> { ["given"] = graph.Value("act") }, ["y"]);

        part.Inputs.Keys.ShouldBe(["given", "x"], ignoreOrder: true);
        part.Nodes.ShouldNotContain(node => node.Op is Elementwise);
        Interpreter.Run(part, Inputs().Set("given", run.Floats("act"))).Floats("y").ShouldBe(run.Floats("y"));
        Should.Throw<UsageException>(() => GraphCopy.Part(graph, new Dictionary<string, Tensor>(), ["nothing"]));
    }

    [Fact]
    public void Value_OfAnUnknownName_NamesTheMostSimilar()
    {
        var message = Should.Throw<UsageException>(() => Example().Value("layers.0.acts")).Message;
        message.ShouldContain("'layers.0.acts'");
        message.ShouldContain("act");
    }

    private static Graph Example()
    {
        var graph = new Graph();
        var x = graph.NumberInput("x", new Shape("tokens", 4));
        graph.Output("y", x + graph.Name("act", x.Apply(Unary.Tanh)));
        return graph;
    }

    private static RunInputs Inputs() => new RunInputs().Size("tokens", Rows).Set("x", [.. Enumerable.Range(0, Rows * 4).Select(i => (i - 9) / 7f)]);
}
