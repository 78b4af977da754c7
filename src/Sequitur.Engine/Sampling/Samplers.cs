namespace Sequitur.Engine.Sampling;

/// <summary>A registered sampler.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Place">Where it stands in the default order; 0 if it has no place there.</param>
/// <param name="Parameters">What can be said of it.</param>
/// <param name="Create">Makes it; null if it would have no effect.</param>
public sealed record RegisteredSampler(string Name, int Place, IReadOnlyList<SamplerParameter> Parameters, Func<SamplerArguments, Sampler?> Create);

/// <summary>All samplers.</summary>
[Registry(typeof(SamplerAttribute))]
public static partial class Samplers
{
    /// <summary>The samplers that flags can set, in the default order.</summary>
    public static IEnumerable<RegisteredSampler> InDefaultOrder => All.Where(sampler => sampler.Place > 0).OrderBy(sampler => sampler.Place);

    /// <summary>The names of the default order as <c>--samplers</c> takes them.</summary>
    public static string DefaultOrder => string.Join(';', InDefaultOrder.Select(sampler => sampler.Name));

    /// <summary>The sampler of a name; hyphens count as underscores.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static RegisteredSampler Find(string name) => All.FirstOrDefault(sampler => sampler.Name == name.Replace('-', '_'))
        ?? throw new UsageException($"there is no sampler '{name}'; allowed: {string.Join(", ", All.Select(sampler => sampler.Name).Order(StringComparer.Ordinal))}");

    private static RegisteredSampler Enter<T>(SamplerAttribute key)
        where T : Sampler, ISamplerParser => new(key.Name, key.Place, T.Parameters, T.Create);
}
