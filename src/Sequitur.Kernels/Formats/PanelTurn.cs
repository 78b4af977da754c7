namespace Sequitur.Kernels.Formats;

/// <summary>Decodes rows that were not packed to <c>numbers[column·16 + row]</c>: for products that read parts of a weight in their own order.</summary>
internal static unsafe class PanelTurn
{
    // Columns that are decoded row by row before they are turned: 4 KiB on the stack.
    private const int Strip = 64;

    public static void Decode(BlockFormat format, in PanelRows rows, int columns, int first, int count, float* numbers, Tier tier)
    {
        var strip = stackalloc float[PanelRows.Count * Strip];
        for (var k = 0; k < count; k += Strip)
        {
            var length = Math.Min(Strip, count - k);
            for (var row = 0; row < PanelRows.Count; row++)
            {
                format.DecodeRow(rows[row], columns, first + k, length, strip + (row * Strip), tier);
            }

            Turn(strip, length, numbers + ((long)k * PanelRows.Count), tier);
        }
    }

    // numbers[k][row] = strip[row][k].
    private static void Turn(float* strip, int length, float* numbers, Tier tier)
    {
        var k = 0;
        for (; tier != Tier.Scalar && k + 4 <= length; k += 4)
        {
            for (var row = 0; row < PanelRows.Count; row += 4)
            {
                var source = (uint*)strip + (row * Strip) + k;
                Quads.Turn(source, source + Strip, source + (2 * Strip), source + (3 * Strip), (uint*)numbers + (k * PanelRows.Count) + row, PanelRows.Count);
            }
        }

        for (; k < length; k++)
        {
            for (var row = 0; row < PanelRows.Count; row++)
            {
                numbers[(k * PanelRows.Count) + row] = strip[(row * Strip) + k];
            }
        }
    }
}
