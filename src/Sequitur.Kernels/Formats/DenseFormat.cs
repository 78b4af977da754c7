namespace Sequitur.Kernels.Formats;

/// <summary>A format that stores each number by itself, little-endian, at any alignment.</summary>
/// <param name="name">The name that files and users write.</param>
/// <param name="elementBytes">Bytes a number.</param>
public abstract unsafe class DenseFormat(string name, int elementBytes) : BlockFormat(name, 1)
{
    /// <summary>Bytes a number.</summary>
    public int ElementBytes { get; } = elementBytes;

    /// <inheritdoc/>
    public override bool CanEncode => true;

    /// <inheritdoc/>
    public override long RowBytes(int columns, int plane = 0) => (long)columns * ElementBytes;

    /// <summary>Decodes numbers that lie side by side.</summary>
    internal abstract void DecodeRun(byte* source, int count, float* destination, Tier tier);

    internal override void DecodeRow(in RowPlace place, int columns, int first, int count, float* destination, Tier tier) =>
        DecodeRun(place.Address(RowBytes(columns)) + ((long)first * ElementBytes), count, destination, tier);

    internal override long PanelBytes(int columns) => (((long)columns * ElementBytes * PanelRows.Count) + 63) / 64 * 64;

    internal override void PackPanel(in PanelRows rows, int columns, byte* panel)
    {
        for (var row = 0; row < PanelRows.Count; row++)
        {
            var source = rows[row].Address(RowBytes(columns));
            if (ElementBytes == sizeof(ushort))
            {
                Spread((ushort*)source, columns, (ushort*)panel + row);
            }
            else
            {
                Spread((uint*)source, columns, (uint*)panel + row);
            }
        }
    }

    internal override void DecodePanel(byte* panel, int columns, int first, int count, float* numbers, Tier tier) =>
        DecodeRun(panel + ((long)first * ElementBytes * PanelRows.Count), count * PanelRows.Count, numbers, tier);

    /// <summary>
    /// totals[lane] = (merge: its value +) Σₖ x[k]·w[lane, k] over <paramref name="length"/> columns of a packed panel from
    /// <paramref name="first"/>, a chain over ascending k from +0. Vector tiers only.
    /// </summary>
    internal abstract void MultiplyRow(float* x, byte* panel, int first, int length, float* totals, bool merge, Tier tier);

    private static void Spread<T>(T* source, int count, T* target)
        where T : unmanaged
    {
        for (var k = 0; k < count; k++, target += PanelRows.Count)
        {
            *target = source[k];
        }
    }
}
