using Sequitur.Kernels;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Tensors;

/// <summary>
/// What a model's <c>Forward</c> writes down when it runs on symbolic tensors: nodes in an order in which each reads only earlier ones. It runs once per phase, not per token.
/// </summary>
public sealed class Graph
{
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<string, Tensor> _inputs = [];
    private readonly Dictionary<Parameter, Tensor> _parameters = [];
    private readonly Dictionary<string, Tensor> _outputs = [];
    private readonly Dictionary<string, Tensor> _named = [];

    /// <summary>All nodes, each after those that it reads.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>Values that a run is given, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Inputs => _inputs;

    /// <summary>The weights that the graph reads.</summary>
    public IReadOnlyDictionary<Parameter, Tensor> Parameters => _parameters;

    /// <summary>Values that a run hands out, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Outputs => _outputs;

    /// <summary>Values that can be traced, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Named => _named;

    /// <summary>Names of the unknown lengths, in order of appearance.</summary>
    public IReadOnlyList<string> Symbols =>
        [.. _nodes.SelectMany(n => n.Outputs).Select(t => t.Shape.Rows.Symbol).OfType<string>().Distinct()];

    /// <summary>Appends an operation.</summary>
    /// <exception cref="ArgumentException">The shapes or types do not fit the operation.</exception>
    public Node Add(Op op, params IReadOnlyList<Tensor> inputs)
    {
        for (var i = 0; i < inputs.Count; i++)
        {
            if (inputs[i].Graph != this)
            {
                throw new ArgumentException($"{inputs[i]} belongs to another graph");
            }
        }

        var node = new Node(this, _nodes.Count, op, inputs);
        _nodes.Add(node);
        return node;
    }

    /// <summary>The input of a name; declared at its first use.</summary>
    /// <exception cref="ArgumentException">The input was declared before with another shape or type.</exception>
    public Tensor Input(string name, Shape shape, ElementType type)
    {
        if (!_inputs.TryGetValue(name, out var tensor))
        {
            tensor = Add(new InputValue(name, shape, type)).Outputs[0];
            tensor.Name = name;
            _inputs[name] = tensor;
        }

        return tensor.Shape == shape && tensor.Type == type
            ? tensor
            : throw new ArgumentException($"input {name} is {tensor.Type} {tensor.Shape}, not {type} {shape}");
    }

    /// <summary>An input of integers (ids, positions, row numbers).</summary>
    public Tensor IntegerInput(string name, Shape shape) => Input(name, shape, ElementType.I32);

    /// <summary>An input of real numbers.</summary>
    public Tensor NumberInput(string name, Shape shape) => Input(name, shape, ElementType.F32);

    /// <summary>A weight as a tensor.</summary>
    public Tensor Parameter(Parameter parameter)
    {
        if (!_parameters.TryGetValue(parameter, out var tensor))
        {
            tensor = Add(new ParameterValue(parameter)).Outputs[0];
            tensor.Name = parameter.Name;
            _parameters[parameter] = tensor;
        }

        return tensor;
    }

    /// <summary>Makes a value traceable.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public Tensor Name(string name, Tensor tensor)
    {
        if (!_named.TryAdd(name, tensor))
        {
            throw new ArgumentException($"two values are called {name}");
        }

        tensor.Name ??= name;
        return tensor;
    }

    /// <summary>Makes a value an output.</summary>
    public void Output(string name, Tensor tensor)
    {
        if (tensor.Graph != this || !_outputs.TryAdd(name, tensor))
        {
            throw new ArgumentException($"{name} cannot be an output: it is one already, or belongs to another graph");
        }
    }

    /// <summary>The named value.</summary>
    /// <exception cref="UsageException">There is none of that name; the message lists similar ones.</exception>
    public Tensor Value(string name) => _outputs.TryGetValue(name, out var output) ? output
        : _named.TryGetValue(name, out var tensor) ? tensor
        : throw new UsageException($"no value is called '{name}'; similar names are {string.Join(", ", SimilarNames.Of(name, _named.Keys))}");
}
