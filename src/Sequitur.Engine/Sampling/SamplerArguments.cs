namespace Sequitur.Engine.Sampling;

/// <summary>What a user said of one sampler.</summary>
public sealed class SamplerArguments
{
    private readonly Dictionary<SamplerParameter, (IReadOnlyList<string> Texts, string Label)> _given = [];

    /// <summary>Adds a parameter.</summary>
    /// <param name="parameter">One that the sampler declares.</param>
    /// <param name="texts">What was written.</param>
    /// <param name="label">What to call it in a message: its flag, or its place in a chain's text.</param>
    /// <exception cref="UsageException">A value is impossible, or the parameter was given before.</exception>
    public void Add(SamplerParameter parameter, IReadOnlyList<string> texts, string label)
    {
        parameter.Check(texts, label);
        if (!_given.TryAdd(parameter, (texts, label)))
        {
            throw new UsageException($"{_given[parameter].Label} and {label} say the same: give one of them, once");
        }
    }

    /// <summary>Whether a parameter was given.</summary>
    public bool IsGiven(SamplerParameter parameter) => _given.ContainsKey(parameter);

    /// <summary>The number of a parameter, or its default.</summary>
    public T Get<T>(NumberParameter<T> parameter)
        where T : struct, System.Numerics.INumber<T>, System.Numerics.IMinMaxValue<T> =>
        _given.TryGetValue(parameter, out var given) ? parameter.Read(given.Texts, given.Label) : parameter.Default;

    /// <summary>The texts of a parameter; null if it was not given.</summary>
    public IReadOnlyList<string>? Get(ListParameter parameter) => _given.TryGetValue(parameter, out var given) ? given.Texts : null;
}
