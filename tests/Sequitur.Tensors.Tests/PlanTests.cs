using Sequitur.Kernels.Elementwise;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Tests;

public sealed class PlanTests
{
    private const int Columns = 64;
    private const int Most = 300;

    [Fact]
    public void Run_ManyRowsBehindManyRunsOfFew_GivesTheSameNumbers()
    {
        var graph = new Graph();
        var x = graph.NumberInput("x", new Shape("tokens", Columns));
        var turned = graph.Add(new Elementwise(Unary.Silu), x).Outputs[0];
        graph.Output("y", graph.Add(new Elementwise(Unary.Silu), turned + x).Outputs[0] + turned);
        using var pool = new WorkPool(2);
        var plan = Plan.Build(Lowering.Lower(graph, NumericChoices.Float32), new PlanOptions { Capacity = new Dictionary<string, long> { ["tokens"] = Most }, Pool = pool, WithoutFusions = ["*"] });
        var numbers = Enumerable.Range(0, Most * Columns).Select(i => ((i * 37) % 1001 / 500f) - 1).ToArray();
        float[] Run(int rows)
        {
            plan.Run(new RunInputs().Size("tokens", rows).Set("x", numbers[..(rows * Columns)]));
            return plan.Floats("y");
        }

        var all = Run(Most);
        foreach (var rows in Enumerable.Range(0, 100).Select(i => 1 + (i % 14)))
        {
            Run(rows).ShouldBe(all[..(rows * Columns)]);
        }

        Run(Most).ShouldBe(all);
        Run(15).ShouldBe(all[..(15 * Columns)]);
    }
}
