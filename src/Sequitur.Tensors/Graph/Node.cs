namespace Sequitur.Tensors;

/// <summary>An operation applied to tensors.</summary>
public sealed class Node
{
    internal Node(Graph graph, int id, Op op, IReadOnlyList<Tensor> inputs)
    {
        Graph = graph;
        Id = id;
        Op = op;
        Inputs = inputs;
        var specs = op.Infer(inputs);
        var outputs = new Tensor[specs.Count];
        for (var i = 0; i < outputs.Length; i++)
        {
            outputs[i] = new Tensor(this, i, specs[i].Shape, specs[i].Type);
        }

        Outputs = outputs;
    }

    /// <summary>The graph that the node belongs to.</summary>
    public Graph Graph { get; }

    /// <summary>The node's number; a node reads only nodes with smaller numbers.</summary>
    public int Id { get; }

    /// <summary>What is done.</summary>
    public Op Op { get; }

    /// <summary>What is read.</summary>
    public IReadOnlyList<Tensor> Inputs { get; }

    /// <summary>What comes out.</summary>
    public IReadOnlyList<Tensor> Outputs { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{string.Join(", ", Outputs)} = {Op}({string.Join(", ", Inputs.Select(t => t.Name ?? $"%{t.Node.Id}"))})";
}
