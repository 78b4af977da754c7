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
