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

    internal override bool PackPanel(in PanelRows rows, int columns, byte* panel)
    {
        for (var row = 0; row < PanelRows.Count; row += 4)
        {
            byte* first = At(rows, row, columns), second = At(rows, row + 1, columns), third = At(rows, row + 2, columns), fourth = At(rows, row + 3, columns);
            if (ElementBytes == sizeof(ushort))
            {
                Turn((ushort*)first, (ushort*)second, (ushort*)third, (ushort*)fourth, columns, (ushort*)panel + row);
            }
            else
            {
                Turn((uint*)first, (uint*)second, (uint*)third, (uint*)fourth, columns, (uint*)panel + row);
            }
        }

        return IsFinite(panel, columns);
    }

    /// <summary>Whether the binary16 numbers of a packed panel, if it has any, are finite.</summary>
    internal virtual bool IsFinite(byte* panel, int columns) => true;

    internal override void DecodePanel(byte* panel, int columns, int first, int count, float* numbers, Tier tier) =>
        DecodeRun(panel + ((long)first * ElementBytes * PanelRows.Count), count * PanelRows.Count, numbers, tier);

    /// <summary>
    /// totals[lane] = (merge: its value +) Σₖ x[k]·w[lane, k] over <paramref name="length"/> columns of a packed panel from
    /// <paramref name="first"/>, a chain over ascending k from +0. Vector tiers only.
    /// </summary>
    /// <param name="x">The row.</param>
    /// <param name="panel">The panel.</param>
    /// <param name="isFinite">Whether its binary16 numbers are known to be finite.</param>
    /// <param name="first">The first column.</param>
    /// <param name="length">Columns.</param>
    /// <param name="totals">The 16 totals.</param>
    /// <param name="merge">Whether totals are added to.</param>
    /// <param name="tier">The vectors to use.</param>
    internal abstract void MultiplyRow(float* x, byte* panel, bool isFinite, int first, int length, float* totals, bool merge, Tier tier);

    private byte* At(in PanelRows rows, int row, int columns) => rows[row].Address(RowBytes(columns));

    private static void Turn(uint* first, uint* second, uint* third, uint* fourth, int count, uint* target)
    {
        var k = 0;
        for (; k + 4 <= count; k += 4)
        {
            Quads.Turn(first + k, second + k, third + k, fourth + k, target + (k * PanelRows.Count), PanelRows.Count);
        }

        for (; k < count; k++)
        {
            var numbers = target + (k * PanelRows.Count);
            (numbers[0], numbers[1], numbers[2], numbers[3]) = (first[k], second[k], third[k], fourth[k]);
        }
    }

    // Four rows make one write.
    private static void Turn(ushort* first, ushort* second, ushort* third, ushort* fourth, int count, ushort* target)
    {
        for (var k = 0; k < count; k++)
        {
            *(ulong*)(target + (k * PanelRows.Count)) = first[k] | ((ulong)second[k] << 16) | ((ulong)third[k] << 32) | ((ulong)fourth[k] << 48);
        }
    }
}
