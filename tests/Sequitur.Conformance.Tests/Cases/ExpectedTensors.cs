using Sequitur.Formats.SafeTensors;
using Sequitur.Tensors.Weights;

namespace Sequitur.Conformance.Tests.Cases;

/// <summary>A reference tensor: its sizes and its numbers, row after row.</summary>
internal sealed record Expected(string Name, IReadOnlyList<long> Shape, float[] Values)
{
    /// <summary>Numbers behind the first <paramref name="axes"/> axes.</summary>
    public int Width(int axes) => (int)Shape.Skip(axes).Aggregate(1L, (product, size) => product * size);
}

/// <summary>The inputs and outputs of a case, as the reference recorded them.</summary>
internal sealed class ExpectedTensors : IDisposable
{
    private readonly SafeTensorsWeightSource _source;

    public ExpectedTensors(string path) => _source = SafeTensorsWeightSource.Open(path);

    /// <summary>Names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => _source.Names;

    /// <summary>Whether there is a tensor of that name.</summary>
    public bool Has(string name) => _source.Find(name) is not null;

    /// <summary>The names <c>{prefix}0</c>, <c>{prefix}1</c> …, with their numbers, in order.</summary>
    public IEnumerable<(int Index, string Name)> Numbered(string prefix) => Names
        .Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(n.AsSpan(prefix.Length), out _))
        .Select(n => (int.Parse(n.AsSpan(prefix.Length), null), n)).OrderBy(n => n.Item1);

    /// <summary>The sizes of a tensor.</summary>
    public IReadOnlyList<long> Shape(string name) => Find(name).Shape;

    /// <summary>Whether a tensor holds integers.</summary>
    public bool IsInteger(string name) => Find(name).Format is "I64" or "I32";

    /// <summary>A tensor of real numbers.</summary>
    public Expected Floats(string name)
    {
        var tensor = Find(name);
        return new(name, tensor.Shape, tensor.Format switch
        {
            "F32" => tensor.Data.AsSpan<float>().ToArray(),
            "F64" => [.. tensor.Data.AsSpan<double>().ToArray().Select(x => (float)x)],
            var other => throw new InvalidDataException($"{name} is {other}, not a tensor of real numbers"),
        });
    }

    /// <summary>A tensor of integers.</summary>
    public int[] Integers(string name)
    {
        var tensor = Find(name);
        return tensor.Format switch
        {
            "I32" => tensor.Data.AsSpan<int>().ToArray(),
            "I64" => [.. tensor.Data.AsSpan<long>().ToArray().Select(x => checked((int)x))],
            var other => throw new InvalidDataException($"{name} is {other}, not a tensor of integers"),
        };
    }

    public void Dispose() => _source.Dispose();

    private StoredTensor Find(string name) => _source.Find(name) ?? throw new InvalidDataException($"{_source.Description} has no tensor {name}");
}
