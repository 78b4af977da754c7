using System.Globalization;

namespace Sequitur.Engine.Sampling;

/// <summary>Registers a sampler under the name that users write.</summary>
/// <param name="name">The name.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SamplerAttribute(string name) : Attribute
{
    /// <summary>The name.</summary>
    public string Name => name;
}

/// <summary>One step between logits and the next token: it changes logits or removes candidates. One file each.</summary>
public abstract class Sampler
{
    /// <summary>Applies it to what earlier samplers left.</summary>
    public abstract void Apply(Candidates candidates);
}

/// <summary>How a sampler is made of what a user writes: <c>temperature=0.8</c>.</summary>
public interface ISamplerParser
{
    /// <summary>Makes the sampler.</summary>
    /// <param name="value">What stands behind the name; null if nothing does.</param>
    /// <exception cref="UsageException">The value is impossible.</exception>
    static abstract Sampler Parse(float? value);
}

/// <summary>A registered sampler.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parse">Makes it.</param>
public sealed record RegisteredSampler(string Name, Func<float?, Sampler> Parse);

/// <summary>All samplers.</summary>
[Registry(typeof(SamplerAttribute))]
public static partial class Samplers
{
    /// <summary>Reads one step of a chain: <c>greedy</c>, <c>temperature=0.8</c>.</summary>
    /// <exception cref="UsageException">The name is unknown, or the value impossible.</exception>
    public static Sampler Parse(string text)
    {
        var parts = text.Split('=', 2, StringSplitOptions.TrimEntries);
        var found = All.FirstOrDefault(s => s.Name == parts[0])
            ?? throw new UsageException($"there is no sampler '{parts[0]}'; allowed: {string.Join(", ", All.Select(s => s.Name))}");
        if (parts.Length == 1)
        {
            return found.Parse(null);
        }

        return float.TryParse(parts[1], CultureInfo.InvariantCulture, out var value)
            ? found.Parse(value)
            : throw new UsageException($"'{parts[1]}' is no number: write {found.Name}=NUMBER");
    }

    private static RegisteredSampler Enter<T>(SamplerAttribute key)
        where T : Sampler, ISamplerParser => new(key.Name, T.Parse);
}
