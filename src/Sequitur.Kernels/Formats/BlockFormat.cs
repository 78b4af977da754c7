namespace Sequitur.Kernels.Formats;

/// <summary>
/// How the numbers of a weight's row are stored: in blocks of <see cref="BlockColumns"/> numbers, on one or more planes (byte ranges that run
/// in parallel, such as packed integers and scales). A format knows how to decode; which rows there are is the <see cref="Weight"/>'s matter.
/// All decoding is exact and the same to the bit on every tier.
/// </summary>
/// <param name="name">The name that files and users write.</param>
/// <param name="blockColumns">Numbers a block.</param>
public abstract unsafe class BlockFormat(string name, int blockColumns)
{
    /// <summary>The name that files and users write, such as <c>Q4_1</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Numbers that are stored together; a row is a whole number of blocks.</summary>
    public int BlockColumns { get; } = blockColumns;

    /// <summary>The planes' names, in the order in which a <see cref="WeightPart"/> holds them.</summary>
    public virtual IReadOnlyList<string> Planes { get; } = ["blocks"];

    /// <summary>Whether weights can be multiplied with <see cref="ElementType.Encoded8"/> activations by integer arithmetic.</summary>
    public virtual bool HasIntegerPanel => false;

    /// <summary>Bytes of one row of <paramref name="columns"/> numbers on a plane.</summary>
    public abstract long RowBytes(int columns, int plane = 0);

    /// <summary>Bytes of one row of <paramref name="columns"/> numbers on all planes.</summary>
    public long StoredBytes(int columns) => Enumerable.Range(0, Planes.Count).Sum(plane => RowBytes(columns, plane));

    /// <summary>
    /// Writes a row in this format, rounding plainly (no calibration); formats of several planes write them one after another.
    /// </summary>
    /// <param name="row">A whole number of blocks.</param>
    /// <param name="destination">Receives the bytes of the row's planes.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public void Encode(ReadOnlySpan<float> row, Span<byte> destination)
    {
        if (row.Length % BlockColumns != 0)
        {
            throw new ArgumentException($"{row.Length} numbers are no whole number of {Name} blocks of {BlockColumns}", nameof(row));
        }

        var bytes = StoredBytes(row.Length);
        if (destination.Length != bytes)
        {
            throw new ArgumentException($"{row.Length} numbers take {bytes} bytes in {Name}, not {destination.Length}", nameof(destination));
        }

        EncodeRow(row, destination);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Writes a row whose lengths were checked.</summary>
    internal abstract void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination);

    /// <summary>
    /// Decodes <paramref name="count"/> numbers of one stored row from column <paramref name="first"/>. Both are whole numbers of blocks.
    /// </summary>
    internal abstract void DecodeRow(in RowPlace place, int columns, int first, int count, float* destination, Tier tier);

    /// <summary>
    /// Decodes <paramref name="count"/> columns of 16 rows from column <paramref name="first"/> to <c>panel[k·16 + row]</c>.
    /// Both are whole numbers of blocks.
    /// </summary>
    internal abstract void DecodePanel(in PanelRows rows, int columns, int first, int count, float* panel, Tier tier);
}
