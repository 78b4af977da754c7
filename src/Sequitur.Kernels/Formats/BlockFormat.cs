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

    /// <summary>Whether <see cref="Encode"/> can write it: its rounding is plain.</summary>
    public virtual bool CanEncode => false;

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
    /// <exception cref="NotSupportedException">The format cannot be written by plain rounding (<see cref="CanEncode"/>).</exception>
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

    /// <summary>Columns that <see cref="DecodeRow"/> and <see cref="DecodePanel"/> take apart: their ranges are whole numbers of these.</summary>
    internal virtual int Alignment => 1;

    /// <summary>Writes a row whose lengths were checked.</summary>
    internal virtual void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination) =>
        throw new NotSupportedException($"{Name} cannot be written: it needs more than plain rounding");

    /// <summary>Decodes <paramref name="count"/> numbers of one stored row from column <paramref name="first"/>.</summary>
    internal abstract void DecodeRow(in RowPlace place, int columns, int first, int count, float* destination, Tier tier);

    /// <summary>Bytes of 16 packed rows, a multiple of 64.</summary>
    internal abstract long PanelBytes(int columns);

    /// <summary>Packs 16 rows so that outputs are lanes. Every byte of the panel is written, or is zero already.</summary>
    /// <returns>Whether all binary16 numbers in it are finite, so that they may be read as <see cref="Numerics.FiniteHalves"/>.</returns>
    internal abstract bool PackPanel(in PanelRows rows, int columns, byte* panel);

    /// <summary>Decodes columns of a packed panel to <c>numbers[column·16 + row]</c>. Vector tiers only.</summary>
    internal abstract void DecodePanel(byte* panel, int columns, int first, int count, float* numbers, Tier tier);
}
