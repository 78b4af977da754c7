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
        var isVector = dimensions.Length == 1 && dimensions[0].IsKnown;
        var (isShape, columns) = (dimensions.Length > 0, 1L);
        for (var axis = 0; axis < dimensions.Length; axis++)
        {
            isShape &= dimensions[axis].Factor >= 0 && (axis == 0 || dimensions[axis].IsKnown);
            columns = isShape && (axis > 0 || isVector) ? checked(columns * dimensions[axis].Factor) : columns;
        }

        Columns = isShape ? checked((int)columns) : throw new ArgumentException($"{this} is no shape: it needs an axis, and only the first may be unknown");
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
    public bool Equals(Shape? other) => other is not null && Dimensions.AsSpan().SequenceEqual(other.Dimensions.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Dimensions.Aggregate(17, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", Dimensions)}]";
}
