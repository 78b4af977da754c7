using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Programs;
using Sequitur.Models.Architectures;
using Sequitur.Tensors;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models.Tests;

public sealed class TraceTests
{
    private const int Rows = 9;

    [Fact]
    public void Watching_HiddenValues_AreThoseOfTheInterpreterAndChangeNothing()
    {
        var (graph, inputs) = Small();
        using var pool = new WorkPool(1);
        var lowered = Lowering.Lower(graph, new NumericChoices(true, null));
        var trace = new Trace(lowered, Options(graph, pool));
        var plan = trace.Watching("layers.*.ffn_act", "final_norm");

        plan.Run(inputs);
        var oracle = Interpreter.Run(lowered, inputs);

        foreach (var name in (string[])["layers.0.ffn_act", "layers.1.ffn_act", "final_norm", "logits"])
        {
            plan.Floats(name).ShouldBe(oracle.Floats(name), name);
        }

        // Without anybody watching, the gate's product is fused away.
        var plain = Plan.Build(lowered, Options(graph, pool));
        plain.Fired.Keys.ShouldContain("gate-then-encode");
        plan.Fired.Keys.ShouldNotContain("gate-then-encode");
        plain.Run(inputs);
        plain.Floats("logits").ShouldBe(plan.Floats("logits"));
    }

    [Fact]
    public void Watching_TheSameAgain_IsTheSamePlan()
    {
        var (graph, _) = Small();
        using var pool = new WorkPool(1);
        var trace = new Trace(Lowering.Lower(graph, NumericChoices.Float32), Options(graph, pool));

        trace.Watching("embed", "layers.1.q").ShouldBeSameAs(trace.Watching("layers.1.q", "embed"));
        trace.Match("layers.*.l_out").ShouldBe(["layers.0.l_out", "layers.1.l_out"]);
        Should.Throw<UsageException>(() => trace.Match("layers.7.l_out")).Message.ShouldContain("layers.7.l_out");
    }

    private static PlanOptions Options(Graph graph, WorkPool pool) =>
        new() { Capacity = graph.Symbols.ToDictionary(symbol => symbol, _ => (long)Rows), Pool = pool };

    private static (Graph Graph, RunInputs Inputs) Small()
    {
        var config = new ModelConfig(
            new Dictionary<string, object?>
            {
                ["vocab_size"] = 50,
                ["hidden_size"] = 64,
                ["intermediate_size"] = 96,
                ["num_hidden_layers"] = 2,
                ["num_attention_heads"] = 2,
            },
            "a generated model");
        var model = Llama.Create(config, new WeightScope(new RandomWeights(3, BlockFormats.Find("Q8_0"))));
        var inputs = new RunInputs().Rows("tokens", (0, Rows)).AllOutputs(Rows).Rope(model, 1, Rows).Set("ids", [.. Enumerable.Range(0, Rows).Select(i => i * 5 % 50)]);
        return (model.Trace().Graph, inputs);
    }
}
