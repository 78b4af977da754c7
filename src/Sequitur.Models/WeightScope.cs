using Sequitur.Tensors;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models;

/// <summary>
/// Walks the names of a checkpoint: a module asks its scope for its weights, and the scope opens, maps or initialises them. One constructor serves inference, training and tests.
/// </summary>
public sealed class WeightScope
{
    private readonly WeightProvider _provider;
    private readonly string _prefix;
    private readonly Dictionary<string, Parameter> _parameters;

    /// <summary>The root scope of a provider.</summary>
    public WeightScope(WeightProvider provider)
        : this(provider, "", [])
    {
    }

    private WeightScope(WeightProvider provider, string prefix, Dictionary<string, Parameter> parameters)
    {
        _provider = provider;
        _prefix = prefix;
        _parameters = parameters;
    }

    /// <summary>Every weight that was asked for, each once.</summary>
    public IReadOnlyList<Parameter> Parameters => [.. _parameters.Values];

    /// <summary>The scope of a part: <c>weights["model.layers.3"]</c>.</summary>
    public WeightScope this[string name] => new(_provider, Path(name), _parameters);

    /// <summary>Whether the checkpoint has a tensor of that name.</summary>
    public bool Contains(string name) => _provider.Contains(Path(name));

    /// <summary>The first of some prefixes under which the checkpoint has a tensor: published files differ in them.</summary>
    public WeightScope FirstWith(string tensor, params ReadOnlySpan<string> prefixes)
    {
        foreach (var prefix in prefixes)
        {
            var scope = prefix.Length == 0 ? this : this[prefix];
            if (scope.Contains(tensor))
            {
                return scope;
            }
        }

        return prefixes[0].Length == 0 ? this : this[prefixes[0]];
    }

    /// <summary>A matrix <c>[rows, columns]</c> (outputs × inputs).</summary>
    public Parameter Matrix(string name, int rows, int columns) => Get(name, new WeightRequest(Path(name), new Shape(rows, columns)));

    /// <summary>A matrix <c>[rows, columns]</c> that the checkpoint stores as <c>[columns, rows]</c> (GPT-2's Conv1D).</summary>
    public Parameter Transposed(string name, int rows, int columns) => Get(name, new WeightRequest(Path(name), new Shape(rows, columns)) { Transposed = true });

    /// <summary>A vector <c>[length]</c>; the checkpoint may have axes of length 1 before it.</summary>
    public Parameter Vector(string name, int length) => Get(name, new WeightRequest(Path(name), new Shape(length)));

    /// <summary>A vector where there is one.</summary>
    public Parameter? Optional(string name, int length, bool present) => present ? Vector(name, length) : null;

    /// <summary>Matrices of experts, stacked: <c>[experts·rows, columns]</c>, from one tensor each; <c>{0}</c> in the name is the expert's number.</summary>
    /// <exception cref="InvalidModelException">There would be more rows than can be counted.</exception>
    public Parameter Experts(string name, int experts, int rows, int columns) => (long)experts * rows <= int.MaxValue
        ? Get(name, new WeightRequest(Path(name), new Shape(experts * rows, columns)) { Stacked = experts })
        : throw new InvalidModelException($"{Path(name)}: {experts} experts of {rows} rows are more than {int.MaxValue}");

    private string Path(string name) => _prefix.Length == 0 ? name : $"{_prefix}.{name}";

    private Parameter Get(string name, WeightRequest request)
    {
        var path = Path(name);
        if (!_parameters.TryGetValue(path, out var parameter))
        {
            parameter = _provider.Get(request);
            _parameters.Add(path, parameter);
        }

        return parameter.Shape == request.Shape ? parameter : throw new InvalidModelException($"{path} is used as {request.Shape} and as {parameter.Shape}");
    }
}

/// <summary>A weight that a module asks for.</summary>
/// <param name="Name">The checkpoint's name; with <c>{0}</c> for the number of an expert.</param>
/// <param name="Shape">Its logical shape.</param>
public sealed record WeightRequest(string Name, Shape Shape)
{
    /// <summary>Whether the checkpoint stores the transposed matrix.</summary>
    public bool Transposed { get; init; }

    /// <summary>Number of tensors that are stacked into one; 0 for an ordinary weight.</summary>
    public int Stacked { get; init; }
}

/// <summary>Where weights come from: a checkpoint, or a random number generator.</summary>
public abstract class WeightProvider
{
    /// <summary>Whether there is a tensor of that name.</summary>
    public abstract bool Contains(string name);

    /// <summary>The weight.</summary>
    /// <exception cref="InvalidModelException">It is missing, or has another shape; the message names it.</exception>
    /// <exception cref="UnsupportedModelException">Its format cannot be computed with.</exception>
    public abstract Parameter Get(WeightRequest request);
}
