using Sequitur.Kernels.Elementwise;
using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Execution;

/// <summary>
/// Which products multiply the remainder of their activations too, so that these have about 15 bits instead of 8: those that make the values of an attention
/// and nothing else, and the first ones of feed-forwards in the last sixth of the layers. Found by measurement (decision 0009): they are a tenth of the multiply-adds, and without
/// them a third of what 8-bit activations lose is lost no more.
/// </summary>
/// <remarks>
/// Values reach the residual stream unweighted by any softmax that would forgive errors; the last layers read a residual stream with a few very large numbers, beside
/// which a group's others have few bits.
/// </remarks>
internal static class PreciseProducts
{
    private const int LateFraction = 6;

    /// <summary>The products in a graph that is not lowered yet.</summary>
    public static HashSet<Node> In(Graph graph)
    {
        var precise = new HashSet<Node>();
        var layers = graph.Nodes.Count(node => node.Op is Attention);
        var readers = Readers(graph);
        var layer = -1;
        foreach (var node in graph.Nodes)
        {
            if (node.Op is Attention)
            {
                layer++;

                // Where one product makes queries and keys too, precision for all three would cost three times as much.
                if (Source(node.Inputs[2]) is { Op: MatMul } values && values.Outputs[0].Shape.Columns == node.Inputs[2].Shape.Columns)
                {
                    precise.Add(values);
                }
            }
            else if (node.Op is MatMul && layer >= layers - (layers / LateFraction) && FeedsAProduct(node.Outputs[0], readers))
            {
                precise.Add(node);
            }
        }

        return precise;
    }

    private static Dictionary<Tensor, List<Node>> Readers(Graph graph)
    {
        var readers = new Dictionary<Tensor, List<Node>>();
        foreach (var node in graph.Nodes)
        {
            foreach (var input in node.Inputs)
            {
                if (!readers.TryGetValue(input, out var list))
                {
                    readers[input] = list = [];
                }

                list.Add(node);
            }
        }

        return readers;
    }

    // What a value is before views, biases and interventions.
    private static Node Source(Tensor tensor)
    {
        var node = tensor.Node;
        while (node.Op.IsView || node.Op is EditRows || IsBias(node))
        {
            node = node.Inputs[0].Node;
        }

        return node;
    }

    // Whether another product reads the value, with nothing but activations, gates and biases on the way.
    private static bool FeedsAProduct(Tensor tensor, Dictionary<Tensor, List<Node>> readers) => readers.TryGetValue(tensor, out var list) && list.Exists(reader =>
        reader.Op is MatMul || ((reader.Op is Elementwise or EditRows || Is(reader, Binary.Multiply) || IsBias(reader)) && FeedsAProduct(reader.Outputs[0], readers)));

    private static bool IsBias(Node node) => Is(node, Binary.Add) && node.Inputs[1].Node.Op is ParameterValue;

    private static bool Is(Node node, BinaryFunction function) => node.Op is Pairwise pairwise && pairwise.Function == function;
}
