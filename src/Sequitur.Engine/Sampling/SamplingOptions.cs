namespace Sequitur.Engine.Sampling;

/// <summary>How tokens are chosen, as a user says it: flags that set parameters, and the order of the samplers.</summary>
public sealed record SamplingOptions
{
    /// <summary>The samplers in the order in which they are applied, as <see cref="SamplerChain.Parse"/> reads them; by default <see cref="Samplers.DefaultOrder"/>.</summary>
    public string? Order { get; init; }

    /// <summary>The values of each flag that was given: <c>--top-k</c> → <c>40</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Flags { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Makes the chain. Samplers that are not set, or have no effect, are left out.</summary>
    /// <param name="temperature">The temperature where none is given and the order lists it.</param>
    /// <exception cref="UsageException">A value is impossible, a flag is unknown or sets a sampler that the order does not list, or samplers make no sense together.</exception>
    public SamplerChain Build(float temperature)
    {
        var steps = new ChainText(Order ?? Samplers.DefaultOrder).Read();
        var unused = new HashSet<string>(Flags.Keys);
        foreach (var (sampler, arguments) in steps)
        {
            foreach (var parameter in sampler.Parameters)
            {
                if (parameter.Flag is { } flag && Flags.TryGetValue(flag, out var texts))
                {
                    arguments.Add(parameter, texts, flag);
                    unused.Remove(flag);
                }
                else if (parameter == Temperature.Degree && !arguments.IsGiven(parameter))
                {
                    arguments.Add(parameter, [StepText.Number(temperature)], Temperature.Degree.Flag!);
                }
            }
        }

        foreach (var flag in unused)
        {
            var owner = Samplers.All.FirstOrDefault(sampler => sampler.Parameters.Any(parameter => parameter.Flag == flag))
                ?? throw new UsageException($"no sampler has a flag {flag}");
            throw new UsageException($"{flag} has no effect: --samplers does not list {owner.Name}");
        }

        return SamplerChain.Of(steps);
    }
}
