namespace Sequitur.Tensors;

/// <summary>
/// The length of an axis: a number, or a named unknown times a factor (<c>tokens</c>, <c>4·tokens</c>) that is known only when a program runs.
/// </summary>
/// <param name="Symbol">The unknown's name; null for a number.</param>
/// <param name="Factor">The number, or what the unknown is multiplied with.</param>
public readonly record struct Dimension(string? Symbol, long Factor)
{
    /// <summary>Whether the length is known already.</summary>
    public bool IsKnown => Symbol is null;

    /// <summary>A known length.</summary>
    public static implicit operator Dimension(long length) => new(null, length);

    /// <summary>A named unknown.</summary>
    public static implicit operator Dimension(string symbol) => new(symbol, 1);

    /// <inheritdoc/>
    public override string ToString() => Symbol is null ? $"{Factor}" : Factor == 1 ? Symbol : $"{Factor}·{Symbol}";
}
