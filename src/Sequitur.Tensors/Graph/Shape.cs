using System.Collections.Immutable;

namespace Sequitur.Tensors;

/// <summary>
/// Lengths of a tensor's axes, outermost first. Only the first may be an unknown: it counts rows, and all that follows is one row. So a batch is a ragged
/// list of rows and nothing is ever padded. A known vector (<c>[n]</c>, a weight) is one row of n columns.
/// </summary>
public sealed record Shape
{
    /// <summary>Creates a shape.</summary>
    /// <exception cref="ArgumentException">No axis, a negative length, or an unknown that is not the first axis.</exception>
    public Shape(params ReadOnlySpan<Dimension> dimensions)
    {
        Dimensions = [.. dimensions];
        if (dimensions.Length == 0 || Dimensions.Any(d => d.Factor < 0) || Dimensions.Skip(1).Any(d => !d.IsKnown))
        {
            throw new ArgumentException($"{this} is no shape: it needs an axis, and only the first may be unknown");
        }

        Columns = checked((int)(dimensions.Length == 1 && Dimensions[0].IsKnown
            ? Dimensions[0].Factor
            : Dimensions.Skip(1).Aggregate(1L, (product, d) => checked(product * d.Factor))));
    }

    /// <summary>The axes.</summary>
    public ImmutableArray<Dimension> Dimensions { get; }

    /// <summary>Number of axes.</summary>
    public int Rank => Dimensions.Length;

    /// <summary>How many rows.</summary>
    public Dimension Rows => Rank == 1 && Dimensions[0].IsKnown ? 1 : Dimensions[0];

    /// <summary>Numbers a row: the product of all axes but the first.</summary>
    public int Columns { get; }

    /// <summary>Length of the last axis, which must be known.</summary>
    public int Last => Rank == 1 && !Dimensions[0].IsKnown ? 1 : checked((int)Dimensions[^1].Factor);

    /// <summary>The length of a known axis.</summary>
    public int this[int axis] => Dimensions[axis].IsKnown ? checked((int)Dimensions[axis].Factor) : throw new InvalidOperationException($"axis {axis} of {this} is unknown");

    /// <summary>The same rows, with other axes behind the first.</summary>
    public Shape WithRow(params ReadOnlySpan<Dimension> row) => new([Rows, .. row]);

    /// <inheritdoc/>
    public bool Equals(Shape? other) => other is not null && Dimensions.SequenceEqual(other.Dimensions);

    /// <inheritdoc/>
    public override int GetHashCode() => Dimensions.Aggregate(17, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", Dimensions)}]";
}
