using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Memory;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Tensors.Tests.Gradients;

/// <summary>
/// Compares gradients with differences: the loss is a fixed random combination of all numbers of a result, and every varied number (or a sample of them) is moved a little up and down.
/// </summary>
internal sealed class GradientCheck
{
    private const float Step = 1f / 128;
    private const int Sample = 64;

    private readonly Random _random = new(7);
    private readonly RunInputs _inputs = new();
    private readonly Dictionary<string, (Tensor Tensor, Func<int, float> Read, Action<int, float> Write)> _varied = [];

    public Graph Graph { get; } = new();

    /// <summary>Sets an unknown.</summary>
    public GradientCheck Size(string symbol, int size)
    {
        _inputs.Size(symbol, size);
        return this;
    }

    /// <summary>An input of random numbers in ±1 (+ offset), of which the gradient is checked.</summary>
    public Tensor Varied(string name, Shape shape, float offset = 0)
    {
        var tensor = Fixed(name, shape, offset);
        var numbers = (float[])_inputs.Values[name];
        _varied.Add(name, (tensor, i => numbers[i], (i, x) => numbers[i] = x));
        return tensor;
    }

    /// <summary>An input of random numbers.</summary>
    public Tensor Fixed(string name, Shape shape, float offset = 0)
    {
        _inputs.Set(name, [.. Enumerable.Range(0, Count(shape)).Select(_ => offset + (2 * _random.NextSingle()) - 1)]);
        return Graph.NumberInput(name, shape);
    }

    /// <summary>An input of given integers.</summary>
    public Tensor Integers(string name, Shape shape, params int[] values)
    {
        _inputs.Set(name, values);
        return Graph.IntegerInput(name, shape);
    }

    /// <summary>The five inputs of a ragged dimension of whole sequences.</summary>
    public Ragged Rows(string name, params int[] counts)
    {
        _inputs
            .Size(name, counts.Sum())
            .Size(Ragged.Sequences, counts.Length)
            .Set($"{name}.sequence", [.. counts.SelectMany((count, s) => Enumerable.Repeat(s, count))])
            .Set($"{name}.position", [.. counts.SelectMany(count => Enumerable.Range(0, count))])
            .Set($"{name}.first", [.. counts.Select((_, s) => counts.Take(s).Sum())])
            .Set($"{name}.count", [.. counts])
            .Set($"{name}.length", [.. counts]);
        return Ragged.In(Graph, name);
    }

    /// <summary>A weight of random numbers in ±1; a float32 one is varied, any other frozen.</summary>
    public Tensor Weight(string name, int rows, int columns, string format = "F32")
    {
        var stored = BlockFormats.Find(format)!;
        var bytes = new NativeBuffer(stored.StoredBytes(columns) * rows);
        for (var row = 0; row < rows; row++)
        {
            float[] numbers = [.. Enumerable.Range(0, columns).Select(_ => (2 * _random.NextSingle()) - 1)];
            stored.Encode(numbers, bytes.Region.Slice(row * stored.StoredBytes(columns), stored.StoredBytes(columns)).AsSpan<byte>());
        }

        var weight = new Weight(stored, rows, columns, [new WeightPart(bytes.Region, rows)]);
        var tensor = Graph.Parameter(new Parameter(name, new Shape(rows, columns), weight));
        if (format == "F32")
        {
            _varied.Add(name, (tensor, i => bytes.Region.AsSpan<float>()[i], (i, x) => bytes.Region.AsSpan<float>()[i] = x));
        }

        return tensor;
    }

    /// <summary>Every gradient of the result is what differences say.</summary>
    public void ShouldMatchDifferences(Tensor y, double tolerance = 2e-3)
    {
        var weights = Fixed("combination", y.Shape);
        Graph.Output("y", y);
        var values = _varied.ToDictionary(v => v.Key, v => v.Value.Tensor);
        var forward = Graph.Nodes.Count;
        var gradients = Gradient.Append(Graph, (y * weights).SumRows(new Shape(1, 1)), values.Values);
        Graph.Nodes.Count.ShouldBeGreaterThan(forward + 1);
        foreach (var (name, tensor) in values)
        {
            Assert.True(gradients.ContainsKey(tensor), $"no gradient of {name}");
            Graph.Output($"gradient of {name}", gradients[tensor]);
        }

        var run = Interpreter.Run(Graph, _inputs);
        foreach (var (name, (tensor, read, write)) in _varied)
        {
            var actual = run.Floats($"gradient of {name}");
            actual.Length.ShouldBe(Count(tensor.Shape));
            var bound = tolerance * Math.Max(1, actual.Max(Math.Abs));
            foreach (var i in Enumerable.Range(0, actual.Length).OrderBy(_ => _random.Next()).Take(Sample))
            {
                var x = read(i);
                write(i, x + Step);
                var above = Loss();
                write(i, x - Step);
                var difference = (above - Loss()) / ((x + Step) - (double)(x - Step));
                write(i, x);
                Math.Abs(actual[i] - difference).ShouldBeLessThanOrEqualTo(bound, $"number {i} of the gradient of {name} is {actual[i]}; differences say {difference}");
            }
        }
    }

    private double Loss()
    {
        var run = Interpreter.Run(Graph, _inputs);
        return run.Floats("y").Zip((float[])_inputs.Values["combination"], (y, c) => (double)y * c).Sum();
    }

    private int Count(Shape shape) =>
        (int)(shape.Rows.Symbol is { } symbol ? _inputs.Sizes[symbol] * shape.Rows.Factor : shape.Rows.Factor) * shape.Columns;
}
