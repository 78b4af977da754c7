using Sequitur.Engine;
using Sequitur.Kernels;
using Sequitur.Kernels.Programs;
using Sequitur.Models;
using Sequitur.Tensors;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Ops;

namespace Sequitur.Bench.Figures;

/// <summary>
/// How long the shipped model's plan takes to build: the graph is written down, lowered, fused, laid out and bound to kernels, for one row, a few and many.
/// </summary>
[Figure("executor", "plan build")]
internal sealed class PlanBuild : IFigure
{
    private const double GoalMilliseconds = 100;
    private const int Builds = 9;

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        var model = bench.Model.Loaded.Model;
        var layout = new CacheLayout(model.Caches, ElementType.F16, model.MaxPositions);
        using var memory = new CacheMemory(layout, model.MaxPositions, 1);
        using var pool = new WorkPool(1);
        var options = new PlanOptions
        {
            Capacity = new Dictionary<string, long> { ["tokens"] = 512, [Ragged.Sequences] = 1, [Inputs.OutputRowsDimension] = 1 },
            Pool = pool,
            Caches = memory,
        };
        var choices = new NumericChoices(Integer: true, layout);

        var first = Build();
        var builds = Enumerable.Range(0, Builds).Select(_ => Build()).ToArray();
        Sample Of(Func<(double Trace, double Lower, double Plan), double> part) => new(builds.Select(part));

        var whole = Of(b => b.Trace + b.Lower + b.Plan);
        yield return Measurement.AtMost(
            "plan build time",
            whole.Median,
            "ms",
            GoalMilliseconds,
            $"median of {Builds}, {whole.Range}; the first, still being compiled, {Numbers.Format(first.Trace + first.Lower + first.Plan)}; writing the graph {Numbers.Format(Of(b => b.Trace).Median)}, "
                + $"lowering {Numbers.Format(Of(b => b.Lower).Median)}, fusing, laying out and binding {Numbers.Format(Of(b => b.Plan).Median)}");

        var graph = model.Trace().Graph;
        var lowered = Lowering.Lower(graph, choices);
        var plan = Plan.Build(lowered, options);
        var fired = plan.Fired.OrderBy(rule => rule.Key, StringComparer.Ordinal);
        yield return Measurement.Reported(
            "fusions fired", fired.Sum(rule => rule.Value), "times", string.Join(", ", fired.Select(rule => $"{rule.Key} {rule.Value}")));
        yield return Measurement.Reported(
            "operations after fusing", Operations(plan.Graph), "nodes", $"{Operations(graph)} as the model writes them, {Operations(lowered)} lowered");
        yield return Measurement.Reported("buffers of the plan", plan.Bytes / 1e6, "MB", $"for {options.Capacity["tokens"]} tokens a run");

        (double Trace, double Lower, double Plan) Build()
        {
            Graph written = null!, made = null!;
            var trace = Workbench.Milliseconds(() => written = model.Trace().Graph);
            var lower = Workbench.Milliseconds(() => made = Lowering.Lower(written, choices));
            var build = Workbench.Milliseconds(() => Plan.Build(made, options));
            return (trace, lower, build);
        }
    }

    // Views, inputs and weights are no operations.
    private static int Operations(Graph graph) => graph.Nodes.Count(node => node.Op is not (InputValue or ParameterValue) && !node.Op.IsView);
}
