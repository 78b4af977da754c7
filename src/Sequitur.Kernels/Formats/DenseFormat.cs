using System.Runtime.CompilerServices;

namespace Sequitur.Kernels.Formats;

/// <summary>A format that stores each number by itself, little-endian, at any alignment.</summary>
/// <param name="name">The name that files and users write.</param>
/// <param name="elementBytes">Bytes a number.</param>
public abstract unsafe class DenseFormat(string name, int elementBytes) : BlockFormat(name, 1)
{
    // Columns of a panel that are decoded row by row before they are turned: 4 KiB on the stack.
    private const int Strip = 64;

    /// <summary>Bytes a number.</summary>
    public int ElementBytes { get; } = elementBytes;

    /// <inheritdoc/>
    public override long RowBytes(int columns, int plane = 0) => (long)columns * ElementBytes;

    /// <summary>Decodes numbers that lie side by side.</summary>
    internal abstract void DecodeRun(byte* source, int count, float* destination, Tier tier);

    internal override void DecodeRow(in RowPlace place, int columns, int first, int count, float* destination, Tier tier) =>
        DecodeRun(place.Address(RowBytes(columns)) + ((long)first * ElementBytes), count, destination, tier);

    [SkipLocalsInit]
    internal override void DecodePanel(in PanelRows rows, int columns, int first, int count, float* panel, Tier tier)
    {
        var addresses = stackalloc byte*[PanelRows.Count];
        rows.Addresses(RowBytes(columns), (long)first * ElementBytes, addresses);
        var strip = stackalloc float[PanelRows.Count * Strip];
        for (var k = 0; k < count; k += Strip)
        {
            var length = Math.Min(Strip, count - k);
            for (var row = 0; row < PanelRows.Count; row++)
            {
                DecodeRun(addresses[row] + ((long)k * ElementBytes), length, strip + (row * Strip), tier);
            }

            Turn(strip, length, panel + ((long)k * PanelRows.Count), tier);
        }
    }

    // panel[k][row] = strip[row][k].
    private static void Turn(float* strip, int length, float* panel, Tier tier)
    {
        var k = 0;
        for (; tier != Tier.Scalar && k + 4 <= length; k += 4)
        {
            for (var row = 0; row < PanelRows.Count; row += 4)
            {
                var source = (uint*)strip + (row * Strip) + k;
                Quads.Turn(source, source + Strip, source + (2 * Strip), source + (3 * Strip), (uint*)panel + (k * PanelRows.Count) + row, PanelRows.Count);
            }
        }

        for (; k < length; k++)
        {
            for (var row = 0; row < PanelRows.Count; row++)
            {
                panel[(k * PanelRows.Count) + row] = strip[(row * Strip) + k];
            }
        }
    }
}
