using Sequitur.Kernels;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Execution;

/// <summary>Where everything in a plan lies, and in which phase each node runs.</summary>
internal sealed class PlanLayout
{
    // Inputs and outputs last; all else is reserved twice, since a run of few rows reaches over a fraction of the memory that one of many does.
    private readonly BufferPlacement _lasting = new();
    private readonly BufferPlacement _many = new();
    private readonly BufferPlacement _few = new();
    private readonly Dictionary<Tensor, BoundValue> _values = [];
    private readonly Dictionary<Tensor, BoundValue> _valuesOfFew = [];
    private readonly List<List<Node>> _phases = [];
    private readonly Dictionary<Node, int> _phaseOf = [];
    private readonly Graph _graph;
    private readonly IReadOnlyDictionary<string, long> _capacity;
    private readonly FewRows _fewRows;

    private PlanLayout(Graph graph, IReadOnlyDictionary<string, long> capacity, FewRows fewRows)
    {
        _graph = graph;
        _capacity = capacity;
        _fewRows = fewRows;
        Symbols = graph.Symbols;
    }

    /// <summary>Names of the unknowns, in the order of <see cref="RunSizes"/>.</summary>
    public IReadOnlyList<string> Symbols { get; }

    /// <summary>Bytes of all buffers.</summary>
    public long Bytes => checked(_lasting.Bytes + _many.Bytes + _few.Bytes);

    /// <summary>Places all buffers.</summary>
    /// <param name="graph">The fused graph.</param>
    /// <param name="capacity">The most that each unknown may be.</param>
    /// <param name="fewRows">Which runs are of few rows.</param>
    public static PlanLayout Create(Graph graph, IReadOnlyDictionary<string, long> capacity, FewRows fewRows)
    {
        var layout = Arrange(graph, capacity, fewRows);
        layout.Allocate();
        return layout;
    }

    /// <summary>Bytes that all buffers would take.</summary>
    public static long Measure(Graph graph, IReadOnlyDictionary<string, long> capacity, FewRows fewRows) => Arrange(graph, capacity, fewRows).Bytes;

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
    public IEnumerable<IReadOnlyList<Kernel>> Bind(PlanOptions options, long maxRows)
    {
        var values = maxRows <= _fewRows.Most ? _valuesOfFew : _values;
        return _phases.Select(phase => (IReadOnlyList<Kernel>)[.. phase.Select(node => node.Op.Bind(new Binding(
            options.Processor, [.. node.Inputs.Select(input => values[input])], [.. node.Outputs.Select(output => values[output])], options.Caches, maxRows, options.Weights)))]);
    }

    /// <summary>Gives the memory that only runs of many rows use back to the system, until the next of them.</summary>
    public void ForgetMany() => _many.Forget();

    private static PlanLayout Arrange(Graph graph, IReadOnlyDictionary<string, long> capacity, FewRows fewRows)
    {
        var layout = new PlanLayout(graph, capacity, fewRows);
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
            var phase = 0;
            foreach (var input in node.Inputs)
            {
                phase = Math.Max(phase, ready[input.Node]);
            }

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
        foreach (var tensor in _graph.Inputs.Values)
        {
            _lasting.Reserve(tensor, BytesOf(tensor), 0, int.MaxValue);
        }

        for (var phase = 0; phase < _phases.Count; phase++)
        {
            foreach (var tensor in _phases[phase].SelectMany(n => n.Outputs).Where(t => !t.IsEffect))
            {
                var last = Math.Max(lastRead.GetValueOrDefault(tensor, phase), phase);
                if (last == int.MaxValue)
                {
                    _lasting.Reserve(tensor, BytesOf(tensor), phase, last);
                    continue;
                }

                _many.Reserve(tensor, BytesOf(tensor), phase, last);
                if (_fewRows.Symbol is not null)
                {
                    _few.Reserve(tensor, BytesOf(tensor, ofFew: true), phase, last);
                }
            }
        }
    }

    private void Allocate()
    {
        if (Bytes > Platform.MemoryBytes)
        {
            throw new CapacityException($"the buffers of a plan need {Bytes} bytes, and there are {Platform.MemoryBytes} bytes of memory: run fewer tokens at a time");
        }

        _lasting.Allocate();
        _many.Allocate();
        _few.Allocate();
        foreach (var node in _graph.Nodes)
        {
            foreach (var tensor in node.Outputs)
            {
                _values[tensor] = Resolve(tensor, _values, _many);
                _valuesOfFew[tensor] = _fewRows.Symbol is null ? _values[tensor] : Resolve(tensor, _valuesOfFew, _few);
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

    private long BytesOf(Tensor tensor, bool ofFew = false) => checked(Rows(tensor.Shape.Rows, ofFew) * tensor.Type.RowBytes(tensor.Shape.Columns));

    private long Rows(Dimension rows, bool ofFew)
    {
        if (rows.Symbol is null)
        {
            return rows.Factor;
        }

        var most = _capacity.TryGetValue(rows.Symbol, out var capacity) ? capacity : throw new ArgumentException($"the plan is given no capacity for {rows.Symbol}");
        return checked((ofFew && rows.Symbol == _fewRows.Symbol ? Math.Min(most, _fewRows.Most) : most) * rows.Factor);
    }

    private BoundValue Resolve(Tensor tensor, Dictionary<Tensor, BoundValue> values, BufferPlacement passing)
    {
        if (tensor.Node.Op is ParameterValue parameter)
        {
            return new(tensor.Shape, default, parameter.Parameter);
        }

        if (tensor.Node.Op.IsView)
        {
            return new(tensor.Shape, tensor.Node.Op.View(values[tensor.Node.Inputs[0]].Operand, tensor));
        }

        if (tensor.IsEffect)
        {
            return new(tensor.Shape, default);
        }

        var memory = _lasting.TryFind(tensor, out var lasting) ? lasting : passing.TryFind(tensor, out var found) ? found : throw new InvalidOperationException($"{tensor} was not placed");
        var rows = tensor.Shape.Rows;
        var extent = rows.Symbol is null ? Extent.Constant(rows.Factor) : new Extent(SymbolIndex(rows.Symbol), rows.Factor);
        return new(tensor.Shape, new Operand(memory, extent, tensor.Shape.Columns, tensor.Type));
    }
}

/// <summary>Which runs are of few rows: those where an unknown is small.</summary>
/// <param name="Symbol">The unknown; null where a graph has none, so that all runs are alike.</param>
/// <param name="Most">The most that it is then.</param>
internal sealed record FewRows(string? Symbol, long Most);
