using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Tensors.Execution;

/// <summary>
/// Appends the backward graph to an original graph (before lowering, so that encoded activations never appear in it), by each operation's rule, in reverse order.
/// A frozen weight costs nothing but its transposed product.
/// </summary>
public sealed class Gradient
{
    private readonly Graph _graph;
    private readonly HashSet<Tensor> _wanted = [];
    private readonly Dictionary<Tensor, Tensor> _gradients = [];

    private Gradient(Graph graph, IEnumerable<Tensor> wanted)
    {
        _graph = graph;
        var roots = wanted.ToHashSet();
        foreach (var node in graph.Nodes)
        {
            if (node.Outputs.Any(roots.Contains) || node.Inputs.Any(_wanted.Contains))
            {
                _wanted.UnionWith(node.Outputs);
            }
        }
    }

    /// <summary>Appends the gradients of a loss <c>[1, 1]</c> with respect to some weights.</summary>
    /// <returns>The gradient of each weight, in the weight's logical shape; a weight that the loss does not depend on has none.</returns>
    /// <exception cref="NotSupportedException">An operation on the way has no gradient rule; the message names it.</exception>
    public static IReadOnlyDictionary<Parameter, Tensor> Append(Graph graph, Tensor loss, IEnumerable<Parameter> parameters)
    {
        var wanted = parameters.Where(graph.Parameters.ContainsKey).ToArray();
        var gradients = Append(graph, loss, [.. wanted.Select(p => graph.Parameters[p])]);
        return wanted.Where(p => gradients.ContainsKey(graph.Parameters[p])).ToDictionary(p => p, p => gradients[graph.Parameters[p]]);
    }

    /// <summary>Appends the gradients of a loss with respect to any values of the graph: weights, or inner values (for token importance).</summary>
    public static IReadOnlyDictionary<Tensor, Tensor> Append(Graph graph, Tensor loss, IReadOnlyCollection<Tensor> values)
    {
        var gradient = new Gradient(graph, values);
        gradient._gradients[loss] = graph.Add(new Constant(loss.Shape, 1)).Outputs[0];
        foreach (var node in graph.Nodes.Take(loss.Node.Id + 1).Reverse().ToArray())
        {
            gradient.Visit(node);
        }

        return values.Where(gradient._gradients.ContainsKey).ToDictionary(v => v, v => gradient._gradients[v]);
    }

    /// <summary>Whether the gradient with respect to a value is needed: a wanted weight is behind it.</summary>
    public bool Wants(Tensor tensor) => _wanted.Contains(tensor);

    private void Visit(Node node)
    {
        var outputs = node.Outputs.Select(t => _gradients.GetValueOrDefault(t)).ToArray();
        if (outputs.All(g => g is null) || !node.Inputs.Any(Wants))
        {
            return;
        }

        var inputs = node.Op.Backward(this, node, outputs);
        foreach (var (input, gradient) in node.Inputs.Zip(inputs))
        {
            if (gradient is not null && Wants(input))
            {
                _gradients[input] = _gradients.TryGetValue(input, out var sum) ? sum + Reshaped(gradient, sum) : gradient;
            }
        }
    }

    private static Tensor Reshaped(Tensor gradient, Tensor like) =>
        gradient.Shape == like.Shape ? gradient : gradient.Graph.Add(new Reshape(like.Shape), gradient).Outputs[0];
}
