using Sequitur.Kernels;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Execution;

/// <summary>Where everything in a plan lies, and in which phase each node runs.</summary>
internal sealed class PlanLayout
{
    private readonly Dictionary<Tensor, BoundValue> _values = [];
    private readonly Dictionary<Tensor, (long Offset, long Bytes)> _places = [];
    private readonly List<List<Node>> _phases = [];
    private readonly Dictionary<Node, int> _phaseOf = [];
    private readonly Graph _graph;
    private readonly IReadOnlyDictionary<string, long> _capacity;

    private PlanLayout(Graph graph, IReadOnlyDictionary<string, long> capacity)
    {
        _graph = graph;
        _capacity = capacity;
        Symbols = graph.Symbols;
    }

    /// <summary>Names of the unknowns, in the order of <see cref="RunSizes"/>.</summary>
    public IReadOnlyList<string> Symbols { get; }

    /// <summary>Bytes of all buffers.</summary>
    public long Bytes { get; private set; }

    public static PlanLayout Create(Graph graph, IReadOnlyDictionary<string, long> capacity)
    {
        var layout = Place(graph, capacity);
        layout.Allocate();
        return layout;
    }

    /// <summary>Bytes that all buffers would take.</summary>
    public static long Measure(Graph graph, IReadOnlyDictionary<string, long> capacity) => Place(graph, capacity).Bytes;

    public int SymbolIndex(string symbol)
    {
        for (var i = 0; i < Symbols.Count; i++)
        {
            if (Symbols[i] == symbol)
            {
                return i;
            }
        }

        return -1;
    }

    public BoundValue Value(Tensor tensor) => _values[tensor];

    /// <summary>Makes the kernels of all phases.</summary>
    public IEnumerable<IReadOnlyList<Kernel>> Bind(PlanOptions options, long maxRows) => _phases.Select(phase => (IReadOnlyList<Kernel>)[.. phase.Select(node =>
        node.Op.Bind(new Binding(options.Processor, [.. node.Inputs.Select(Value)], [.. node.Outputs.Select(Value)], options.Caches, maxRows, options.Weights)))]);

    private static PlanLayout Place(Graph graph, IReadOnlyDictionary<string, long> capacity)
    {
        var layout = new PlanLayout(graph, capacity);
        layout.AssignPhases();
        layout.PlaceBuffers();
        return layout;
    }

    private static bool IsComputed(Node node) => node.Op is not (InputValue or ParameterValue) && !node.Op.IsView;

    // As early as possible: nodes of one phase do not depend on one another.
    private void AssignPhases()
    {
        var ready = new Dictionary<Node, int>();
        foreach (var node in _graph.Nodes)
        {
            var phase = node.Inputs.Select(t => ready[t.Node]).DefaultIfEmpty(0).Max();
            ready[node] = IsComputed(node) ? phase + 1 : phase;
            if (IsComputed(node))
            {
                while (_phases.Count <= phase)
                {
                    _phases.Add([]);
                }

                _phases[phase].Add(node);
                _phaseOf[node] = phase;
            }
        }
    }

    private void PlaceBuffers()
    {
        var lastRead = LastReads();
        var planner = new BufferPlanner();
        foreach (var tensor in _graph.Inputs.Values)
        {
            Place(planner, tensor, 0, int.MaxValue);
        }

        for (var phase = 0; phase < _phases.Count; phase++)
        {
            foreach (var tensor in _phases[phase].SelectMany(n => n.Outputs).Where(t => !t.IsEffect))
            {
                Place(planner, tensor, phase, Math.Max(lastRead.GetValueOrDefault(tensor, phase), phase));
            }
        }

        Bytes = planner.Bytes;
    }

    private void Allocate()
    {
        if (Bytes > Platform.MemoryBytes)
        {
            throw new CapacityException($"the buffers of a plan need {Bytes} bytes, and there are {Platform.MemoryBytes} bytes of memory: run fewer tokens at a time");
        }

        var arena = new NativeBuffer(Bytes);
        foreach (var node in _graph.Nodes)
        {
            foreach (var tensor in node.Outputs)
            {
                _values[tensor] = Resolve(tensor, arena);
            }
        }
    }

    // A view keeps its source alive; outputs stay until the next run.
    private Dictionary<Tensor, int> LastReads()
    {
        var last = new Dictionary<Tensor, int>();
        void Touch(Tensor tensor, int phase)
        {
            var root = tensor;
            while (root.Node.Op.IsView)
            {
                root = root.Node.Inputs[0];
            }

            last[root] = Math.Max(last.GetValueOrDefault(root), phase);
        }

        foreach (var (node, phase) in _phaseOf)
        {
            foreach (var input in node.Inputs)
            {
                Touch(input, phase);
            }
        }

        foreach (var output in _graph.Outputs.Values)
        {
            Touch(output, int.MaxValue);
        }

        return last;
    }

    private void Place(BufferPlanner planner, Tensor tensor, int from, int to)
    {
        var bytes = checked(Rows(tensor.Shape.Rows) * tensor.Type.RowBytes(tensor.Shape.Columns));
        _places[tensor] = (planner.Place(bytes, from, to), bytes);
    }

    private long Rows(Dimension rows) => rows.Symbol is null ? rows.Factor
        : _capacity.TryGetValue(rows.Symbol, out var capacity) ? checked(capacity * rows.Factor)
        : throw new ArgumentException($"the plan is given no capacity for {rows.Symbol}");

    private BoundValue Resolve(Tensor tensor, NativeBuffer arena)
    {
        if (tensor.Node.Op is ParameterValue parameter)
        {
            return new(tensor.Shape, default, parameter.Parameter);
        }

        if (tensor.Node.Op.IsView)
        {
            return new(tensor.Shape, tensor.Node.Op.View(_values[tensor.Node.Inputs[0]].Operand, tensor));
        }

        if (tensor.IsEffect)
        {
            return new(tensor.Shape, default);
        }

        var (offset, bytes) = _places[tensor];
        var rows = tensor.Shape.Rows;
        var extent = rows.Symbol is null ? Extent.Constant(rows.Factor) : new Extent(SymbolIndex(rows.Symbol), rows.Factor);
        return new(tensor.Shape, new Operand(arena.Region.Slice(offset, bytes), extent, tensor.Shape.Columns, tensor.Type));
    }
}
