using Sequitur.Tensors;

namespace Sequitur.Cli.Graphs;

/// <summary>A part of a graph: what stands before the layers, layers that are alike, what stands behind them.</summary>
/// <param name="Layers">Numbers of the layers, ascending; empty before and behind them.</param>
/// <param name="Nodes">The operations, of the first of the layers.</param>
/// <param name="IsBehind">Whether it stands behind the layers.</param>
internal sealed record GraphSection(IReadOnlyList<int> Layers, IReadOnlyList<Node> Nodes, bool IsBehind)
{
    /// <summary>What it is called.</summary>
    public string Title => Layers.Count switch
    {
        0 => IsBehind ? "behind the layers" : "before the layers",
        1 => $"layer {Layers[0]}",
        _ when Layers[^1] - Layers[0] == Layers.Count - 1 => $"layers {Layers[0]} to {Layers[^1]}",
        _ when Layers.Count <= MostNamed => $"layers {string.Join(", ", Layers)}",
        _ => $"layers {string.Join(", ", Layers.Take(MostNamed - 1))} … {Layers[^1]}",
    };

    private const int MostNamed = 4;
}
