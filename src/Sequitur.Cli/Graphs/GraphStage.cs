using Sequitur.Engine;
using Sequitur.Models;
using Sequitur.Tensors;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Execution.Fusions;
using Sequitur.Tensors.Ops;

namespace Sequitur.Cli.Graphs;

/// <summary>A model's graph at one of the three points of its way to kernels: as the model wrote it, lowered, fused.</summary>
/// <param name="Phase">The model's entry.</param>
/// <param name="Name"><c>original</c>, <c>lowered</c> or <c>fused</c>.</param>
/// <param name="Graph">The graph.</param>
/// <param name="Fired">How often each fusion rule fired; empty but for the fused graph.</param>
internal sealed record GraphStage(string Phase, string Name, Graph Graph, IReadOnlyDictionary<string, int> Fired)
{
    /// <summary>Names of the stages, in order.</summary>
    public static string[] Names { get; } = ["original", "lowered", "fused"];

    /// <summary>The operations: what is neither given nor stored.</summary>
    public IReadOnlyList<Node> Operations { get; } = [.. Graph.Nodes.Where(node => node.Op is not (InputValue or ParameterValue))];

    /// <summary>How many operations compute: the others are only other views of a value.</summary>
    public int Count => Operations.Count(node => !node.Op.IsView);

    /// <summary>Phases that a run takes, a barrier behind each: an operation stands in the earliest one in which all that it reads is there, and a view in none.</summary>
    public int Phases { get; } = CountPhases(Graph);

    /// <summary>The graph of each of a model's entries at each stage.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">How it would run.</param>
    public static IReadOnlyList<GraphStage> Of(Model model, EngineOptions options) => [.. model.Phases.SelectMany(phase => Of(model, phase, options))];

    private static IEnumerable<GraphStage> Of(Model model, Phase phase, EngineOptions options)
    {
        var nothing = new Dictionary<string, int>();
        var original = model.Trace(phase).Graph;
        var cache = model.Caches.Count > 0 ? new CacheLayout(model.Caches, options.EffectiveCacheFormat, options.Context ?? model.MaxPositions) : null;
        var lowered = Lowering.Lower(original, new NumericChoices(!options.Float32, cache));
        var fusion = FusionPass.Fuse(lowered, [], _ => true);
        return [new(phase.Name, Names[0], original, nothing), new(phase.Name, Names[1], lowered, nothing), new(phase.Name, Names[2], fusion.Target, fusion.Fired)];
    }

    private static int CountPhases(Graph graph)
    {
        var ready = new Dictionary<Node, int>();
        foreach (var node in graph.Nodes)
        {
            var takesOne = node.Op is not (InputValue or ParameterValue) && !node.Op.IsView;
            ready[node] = node.Inputs.Select(input => ready[input.Node]).DefaultIfEmpty(0).Max() + (takesOne ? 1 : 0);
        }

        return ready.Values.DefaultIfEmpty(0).Max();
    }
}
