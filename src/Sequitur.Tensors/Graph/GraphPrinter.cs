using System.Text;

namespace Sequitur.Tensors;

/// <summary>Prints a graph: a line for each node, results first.</summary>
public static class GraphPrinter
{
    /// <summary>The graph as text.</summary>
    public static string Print(this Graph graph)
    {
        var text = new StringBuilder();
        foreach (var node in graph.Nodes)
        {
            text.Append(node).Append('\n');
        }

        foreach (var (name, tensor) in graph.Outputs)
        {
            text.Append($"output {name} = {tensor}\n");
        }

        return text.ToString();
    }
}
