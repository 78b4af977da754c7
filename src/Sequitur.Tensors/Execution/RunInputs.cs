namespace Sequitur.Tensors.Execution;

/// <summary>What one run of a graph is given: sizes of the unknowns, and numbers for the inputs, both by name.</summary>
public sealed class RunInputs
{
    private readonly Dictionary<string, long> _sizes = [];
    private readonly Dictionary<string, Array> _values = [];

    /// <summary>Sizes of the unknowns.</summary>
    public IReadOnlyDictionary<string, long> Sizes => _sizes;

    /// <summary>Numbers of the inputs: <c>int[]</c> or <c>float[]</c>, row after row.</summary>
    public IReadOnlyDictionary<string, Array> Values => _values;

    /// <summary>Sets the size of an unknown.</summary>
    public RunInputs Size(string symbol, long size)
    {
        _sizes[symbol] = size;
        return this;
    }

    /// <summary>Sets an input of integers.</summary>
    public RunInputs Set(string name, int[] values)
    {
        _values[name] = values;
        return this;
    }

    /// <summary>Sets an input of float32 numbers.</summary>
    public RunInputs Set(string name, float[] values)
    {
        _values[name] = values;
        return this;
    }
}
