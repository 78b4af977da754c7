using Sequitur.Kernels.Programs;
using Sequitur.Tensors;
using Sequitur.Tensors.Execution;

namespace Sequitur.Conformance.Tests.Runs;

/// <summary>Values of one run, by name, and which executor computed them.</summary>
internal sealed record Values(string Executor, Func<string, float[]> Floats, Func<string, int[]> Integers);

/// <summary>The executors that a graph is given to: each must come as near to the reference as the others.</summary>
internal static class Executors
{
    private const int Threads = 2;

    /// <summary>
    /// Runs a graph by the interpreter (the original graph, float32, unfused) and by a plan (lowered, fused, several threads). Values that are asked for by name are kept by both.
    /// </summary>
    public static IEnumerable<Values> Run(Graph graph, RunInputs inputs, IReadOnlyCollection<string> names)
    {
        var interpreter = Interpreter.Run(graph, inputs);
        yield return new("interpreter", interpreter.Floats, interpreter.Integers);

        using var pool = new WorkPool(Threads);
        var plan = Plan.Build(Lowering.Lower(graph, NumericChoices.Float32), new PlanOptions
        {
            Capacity = inputs.Sizes,
            Pool = pool,
            Keep = [.. names.Where(name => !graph.Outputs.ContainsKey(name))],
        });
        plan.Run(inputs);
        yield return new("plan", plan.Floats, plan.Integers);
    }
}
