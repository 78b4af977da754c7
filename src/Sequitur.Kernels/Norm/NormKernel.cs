using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Norm;

/// <summary>
/// What row-wise norms share: rows of <c>[tokens, groups·width]</c>, each group of <c>width</c> numbers normalised by itself; a weight of
/// <c>[width]</c> is shared by the groups, one of <c>[groups·width]</c> has a part for each. An item is a row.
/// </summary>
public abstract unsafe class NormKernel : LaneKernel
{
    private protected NormKernel(Processor processor, Operand x, int width)
        : base(processor)
    {
        Require.Type(x, ElementType.F32, "x");
        Require.Groups(x, width, "x");
        (X, Width) = (x, width);
    }

    private protected Operand X { get; }

    private protected int Width { get; }

    /// <inheritdoc/>
    public sealed override long Items(RunSizes sizes) => X.Rows.In(sizes);

    /// <inheritdoc/>
    public sealed override long Grain(RunSizes sizes) => GrainOf(X.Columns);

    private protected void RequireVector(Operand vector, string name)
    {
        if (!vector.IsNone)
        {
            Require.Vector(vector, name);
            Require.That(vector.Columns == Width || vector.Columns == X.Columns, $"{name} has {vector.Columns} columns: neither the width {Width} nor x's {X.Columns}");
        }
    }

    /// <summary>The part of a weight or bias for the group that starts at a column; null where there is none.</summary>
    private protected float* Part(Operand vector, int column) =>
        vector.IsNone ? null : vector.Floats(0) + (vector.Columns == Width ? 0 : column);
}
