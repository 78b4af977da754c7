using System.Globalization;

namespace Sequitur.Engine.Sampling;

/// <summary>Divides logits by a temperature: above 1 flatter, below 1 sharper (Ackley et al. 1985).</summary>
[Sampler("temperature")]
public sealed class Temperature : Sampler, ISamplerParser
{
    private readonly float _temperature;

    /// <summary>Creates the sampler.</summary>
    /// <param name="temperature">A positive number.</param>
    /// <exception cref="UsageException">It is not positive and finite.</exception>
    public Temperature(float temperature)
    {
        if (!(temperature > 0) || !float.IsFinite(temperature))
        {
            throw new UsageException($"a temperature of {temperature} is impossible: use a number above 0, or 0 for greedy decoding");
        }

        _temperature = temperature;
    }

    /// <inheritdoc/>
    public static Sampler Parse(float? value) => new Temperature(value ?? throw new UsageException("write temperature=NUMBER"));

    /// <inheritdoc/>
    public override void Apply(Candidates candidates)
    {
        foreach (ref var logit in candidates.Logits)
        {
            logit /= _temperature;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"temperature={_temperature}");
}
