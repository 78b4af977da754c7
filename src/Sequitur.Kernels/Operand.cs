using Sequitur.Kernels.Memory;

namespace Sequitur.Kernels;

/// <summary>
/// A matrix that a kernel reads or writes: rows of <see cref="Columns"/> numbers, <see cref="Stride"/> bytes apart. Trailing dimensions are
/// flattened (<c>[tokens, heads, head_dim]</c> is <c>[tokens, heads·head_dim]</c>), a vector that all rows share is one constant row.
/// </summary>
public readonly unsafe struct Operand
{
    /// <summary>Describes a matrix in memory.</summary>
    /// <param name="memory">Where the first row begins; must hold all rows of a full run.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">Numbers a row.</param>
    /// <param name="type">How a row is stored.</param>
    /// <param name="stride">Bytes from one row to the next; by default the rows touch.</param>
    public Operand(Region memory, Extent rows, int columns, ElementType type, long? stride = null)
    {
        Memory = memory;
        Rows = rows;
        Columns = columns;
        Type = type;
        Stride = stride ?? type.RowBytes(columns);
    }

    /// <summary>Where the first row begins.</summary>
    public Region Memory { get; }

    /// <summary>How many rows.</summary>
    public Extent Rows { get; }

    /// <summary>Numbers a row.</summary>
    public int Columns { get; }

    /// <summary>How a row is stored.</summary>
    public ElementType Type { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public long Stride { get; }

    /// <summary>Whether there is no matrix here (an optional operand that was not given).</summary>
    public bool IsNone => Memory.Owner is null;

    internal byte* Row(long row) => Memory.Address + (row * Stride);

    internal float* Floats(long row) => (float*)(Memory.Address + (row * Stride));

    internal int* Integers(long row) => (int*)(Memory.Address + (row * Stride));
}
