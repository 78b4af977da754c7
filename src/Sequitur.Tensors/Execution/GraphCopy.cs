using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Execution;

/// <summary>
/// Copies a graph and changes it on the way: how rewrites are written. Operations are shared, nodes and tensors are new; names, inputs and outputs stay.
/// </summary>
public sealed class GraphCopy
{
    private readonly Dictionary<Tensor, Tensor> _map = [];

    private GraphCopy(Graph source) => Source = source;

    /// <summary>The graph that is copied.</summary>
    public Graph Source { get; }

    /// <summary>The copy, as far as it goes.</summary>
    public Graph Target { get; } = new();

    /// <summary>What a node of the original becomes; null for the same operation over the copied inputs.</summary>
    public delegate IReadOnlyList<Tensor>? NodeChange(GraphCopy copy, Node node, IReadOnlyList<Tensor> inputs);

    /// <summary>What a value becomes, for all that read it and for its name: usually it itself.</summary>
    public delegate Tensor ValueChange(GraphCopy copy, Tensor original, Tensor copied);

    /// <summary>A changed copy.</summary>
    /// <param name="source">The original, which stays as it is.</param>
    /// <param name="node">Changes nodes.</param>
    /// <param name="value">Changes values.</param>
    public static Graph Of(Graph source, NodeChange? node = null, ValueChange? value = null)
    {
        var copy = new GraphCopy(source);
        foreach (var original in source.Nodes)
        {
            copy.Visit(original, node, value);
        }

        copy.Name(source.Named.Keys, source.Outputs.Keys);
        return copy.Target;
    }

    /// <summary>
    /// The part of a graph that computes some values from others, as a graph of its own: the values it begins with become inputs of their names, the values it ends with outputs.
    /// </summary>
    /// <param name="source">The original.</param>
    /// <param name="from">Names of values that the part is given, or the values themselves.</param>
    /// <param name="to">Names of values that the part computes.</param>
    /// <exception cref="UsageException">There is no value of a name.</exception>
    public static Graph Part(Graph source, IReadOnlyDictionary<string, Tensor> from, IReadOnlyList<string> to)
    {
        var copy = new GraphCopy(source);
        var needed = Needed(from.Values, [.. to.Select(source.Value)]);
        foreach (var (name, tensor) in from)
        {
            copy._map[tensor] = copy.Target.Input(name, tensor.Shape, tensor.Type);
        }

        foreach (var original in source.Nodes.Where(needed.Contains))
        {
            copy.Visit(original, null, null);
        }

        foreach (var name in to)
        {
            copy.Target.Output(name, copy._map[source.Value(name)]);
        }

        copy.Name(source.Named.Where(named => copy._map.ContainsKey(named.Value)).Select(named => named.Key), []);
        return copy.Target;
    }

    private static HashSet<Node> Needed(IEnumerable<Tensor> given, IReadOnlyList<Tensor> wanted)
    {
        var (stops, needed, open) = (given.ToHashSet(), new HashSet<Node>(), new Stack<Tensor>(wanted));
        while (open.TryPop(out var tensor))
        {
            if (!stops.Contains(tensor) && needed.Add(tensor.Node))
            {
                foreach (var input in tensor.Node.Inputs)
                {
                    open.Push(input);
                }
            }
        }

        return needed;
    }

    private void Visit(Node original, NodeChange? change, ValueChange? value)
    {
        var inputs = _map.Of(original.Inputs);
        var outputs = change?.Invoke(this, original, inputs) ?? Same(original, inputs);
        foreach (var (old, copied) in original.Outputs.Zip(outputs))
        {
            _map.TryAdd(old, value is null ? copied : value(this, old, copied));
        }
    }

    private IReadOnlyList<Tensor> Same(Node original, IReadOnlyList<Tensor> inputs) => original.Op switch
    {
        InputValue input => [Target.Input(input.InputName, original.Outputs[0].Shape, original.Outputs[0].Type)],
        ParameterValue parameter => [Target.Parameter(parameter.Parameter)],
        _ => Target.Add(original.Op, inputs).Outputs,
    };

    private void Name(IEnumerable<string> named, IEnumerable<string> outputs)
    {
        foreach (var name in named)
        {
            Target.Name(name, _map[Source.Named[name]]);
        }

        foreach (var name in outputs)
        {
            Target.Output(name, _map[Source.Outputs[name]]);
        }
    }
}
