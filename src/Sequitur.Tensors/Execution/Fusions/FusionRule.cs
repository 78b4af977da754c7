namespace Sequitur.Tensors.Execution.Fusions;

/// <summary>Marks a fusion rule for the registry.</summary>
/// <param name="name">The name by which tests and users switch it off.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class FusionRuleAttribute(string name) : Attribute
{
    /// <summary>The rule's name.</summary>
    public string Name => name;
}

/// <summary>An operation and what it reads, in place of another.</summary>
public sealed record Fused(Op Op, IReadOnlyList<Tensor> Inputs);

/// <summary>
/// Joins a node with the one before it. A rule never changes a bit: it only saves a barrier and a trip through memory, and it may fire only where the hidden value has no other reader.
/// </summary>
public abstract class FusionRule
{
    /// <summary>What the consumer becomes, or null if the pattern is not here.</summary>
    /// <param name="pass">Knows which values are hidden.</param>
    /// <param name="op">The consumer's operation.</param>
    /// <param name="inputs">What it reads.</param>
    public abstract Fused? TryFuse(FusionPass pass, Op op, IReadOnlyList<Tensor> inputs);
}
