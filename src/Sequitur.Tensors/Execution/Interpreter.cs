using Sequitur.Kernels;
using Sequitur.Kernels.Memory;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Ops;

namespace Sequitur.Tensors.Execution;

/// <summary>
/// Runs a graph node by node with reference kernels, unfused, on one thread, and keeps every value: the oracle that everything faster is compared with. It runs original and lowered graphs alike.
/// </summary>
public sealed class Interpreter
{
    private readonly Dictionary<Tensor, BoundValue> _values = [];
    private readonly Graph _graph;
    private readonly RunInputs _inputs;
    private readonly CacheMemory? _caches;
    private readonly RunSizes _sizes = new(0);

    private Interpreter(Graph graph, RunInputs inputs, CacheMemory? caches)
    {
        _graph = graph;
        _inputs = inputs;
        _caches = caches;
    }

    /// <summary>Runs a graph once.</summary>
    /// <exception cref="ArgumentException">An input or a size is missing, or has the wrong length.</exception>
    public static Interpreter Run(Graph graph, RunInputs inputs, CacheMemory? caches = null)
    {
        var interpreter = new Interpreter(graph, inputs, caches);
        foreach (var node in graph.Nodes)
        {
            interpreter.Execute(node);
        }

        return interpreter;
    }

    /// <summary>A copy of a value's float32 numbers, row after row, by its name.</summary>
    public float[] Floats(string name) => Floats(_graph.Value(name));

    /// <summary>A copy of a value's float32 numbers, row after row.</summary>
    public float[] Floats(Tensor tensor) => Copy<float>(tensor, ElementType.F32);

    /// <summary>A copy of a value's integers.</summary>
    public int[] Integers(string name) => Integers(_graph.Value(name));

    /// <summary>A copy of a value's integers.</summary>
    public int[] Integers(Tensor tensor) => Copy<int>(tensor, ElementType.I32);

    /// <summary>The graph that was run.</summary>
    public Graph Graph => _graph;

    private T[] Copy<T>(Tensor tensor, ElementType type)
        where T : unmanaged
    {
        var value = _values[tensor];
        if (value.Operand.Type != type)
        {
            throw new ArgumentException($"{tensor} is no {type}");
        }

        return OperandCopy.ToArray<T>(value.Parameter?.Dense() ?? value.Operand, SizeOf(tensor.Shape.Rows));
    }

    private void Execute(Node node)
    {
        switch (node.Op)
        {
            case ParameterValue parameter:
                _values[node.Outputs[0]] = new(node.Outputs[0].Shape, default, parameter.Parameter);
                return;
            case InputValue input:
                _values[node.Outputs[0]] = Fill(input.InputName, node.Outputs[0]);
                return;
        }

        var inputs = node.Inputs.Select(t => _values[t]).ToArray();
        if (node.Op.IsView)
        {
            _values[node.Outputs[0]] = new(node.Outputs[0].Shape, node.Op.View(inputs[0].Operand, node.Outputs[0]));
            return;
        }

        var outputs = node.Outputs.Select(Allocate).ToArray();
        var kernel = node.Op.Bind(new Binding(Processor.Reference, inputs, outputs, _caches, long.MaxValue));
        kernel.RunAlone(_sizes);
        foreach (var (tensor, value) in node.Outputs.Zip(outputs))
        {
            _values[tensor] = value;
        }
    }

    private BoundValue Fill(string name, Tensor tensor)
    {
        var value = Allocate(tensor);
        if (!_inputs.Values.TryGetValue(name, out var numbers))
        {
            throw new ArgumentException($"the run is not given the input {name}");
        }

        var expected = SizeOf(tensor.Shape.Rows) * tensor.Shape.Columns;
        if (numbers.LongLength != expected)
        {
            throw new ArgumentException($"the input {name} has {numbers.LongLength} numbers; {tensor.Shape} is {expected} here");
        }

        OperandCopy.Fill(value.Operand.Memory, numbers);
        return value;
    }

    private BoundValue Allocate(Tensor tensor)
    {
        if (tensor.IsEffect)
        {
            return new(tensor.Shape, default);
        }

        var rows = SizeOf(tensor.Shape.Rows);
        var columns = tensor.Shape.Columns;
        var buffer = new NativeBuffer(checked(rows * tensor.Type.RowBytes(columns)));
        return new(tensor.Shape, new Operand(buffer.Region, Extent.Constant(rows), columns, tensor.Type));
    }

    private long SizeOf(Dimension dimension) => dimension.Symbol is null ? dimension.Factor
        : _inputs.Sizes.TryGetValue(dimension.Symbol, out var size) ? size * dimension.Factor
        : throw new ArgumentException($"the run is not given the size of {dimension.Symbol}");
}
