using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Formats.Panels;

namespace Sequitur.Kernels.MatMul;

/// <summary>Products of a tile of rows, already addressed in the scratch memory, with 16 or 32 outputs: the vector tiers' shared step.</summary>
internal static unsafe class PanelProduct
{
    /// <summary>Columns that <see cref="RunTransposed"/> decodes together: a group of every format.</summary>
    public const int TransposedLanes = 2 * PanelRows.Count;

    // The most rows that are multiplied straight from the panel, four at a time; for many it pays to decode it first. Measured 2026-11-26 (Zen 3, [1536, 576]): 8 rows in
    // 0.6 (Q4_1, Q8_0) and 0.4 (Q5_1) of the time, 16 rows in 0.6 to 1.
    private const int StreamedRows = 16;

    /// <summary>totals[r·16 + lane] = Σₖ x[r][k]·w[panel row lane, k], decoding a block of k at a time.</summary>
    public static void Run(Tier tier, Weight w, in PanelRows panel, int rows, PanelScratch scratch)
    {
        for (var k = 0; k < w.Columns; k += FloatChain.Block)
        {
            var length = Math.Min(FloatChain.Block, w.Columns - k);
            w.DecodePanel(panel, k, length, scratch.Panel, tier);
            FloatChain.Accumulate(tier, scratch.Rows, k, rows, scratch.Panel, length, scratch.Totals, PanelRows.Count, merge: k > 0);
        }
    }

    /// <summary>The same for a packed panel.</summary>
    public static void Run(Tier tier, WeightPanels w, long index, int rows, PanelScratch scratch)
    {
        var panel = w.Panel(index, scratch.Packed);
        var (format, columns) = (w.Weight.Format, w.Weight.Columns);
        for (var k = 0; k < columns; k += FloatChain.Block)
        {
            var length = Math.Min(FloatChain.Block, columns - k);
            if (rows == 1 && format is DenseFormat dense)
            {
                dense.MultiplyRow(scratch.Rows[0], panel, w.IsFinite, k, length, scratch.Totals, merge: k > 0, tier);
                continue;
            }

            var numbers = scratch.Panel;
            if (format is F32)
            {
                numbers = (float*)panel + ((long)k * PanelRows.Count);
            }
            else
            {
                format.DecodePanel(panel, columns, k, length, numbers, tier);
            }

            FloatChain.Accumulate(tier, scratch.Rows, k, rows, numbers, length, scratch.Totals, PanelRows.Count, merge: k > 0);
        }
    }

    /// <summary>The same by integers.</summary>
    public static void Run(Tier tier, WeightPanels w, PanelLayout layout, long index, int rows, IntegerScratch scratch)
    {
        var panel = w.Panel(index, scratch.Packed);
        var groups = w.Weight.Columns / PanelLayout.Group;
        if (rows <= StreamedRows)
        {
            layout.Multiply(scratch.Rows, rows, panel, w.IsFinite, groups, scratch.Totals, tier);
            return;
        }

        new Span<float>(scratch.Totals, rows * PanelRows.Count).Clear();
        for (var g = 0; g < groups; g += IntegerChain.Chunk)
        {
            var length = Math.Min(IntegerChain.Chunk, groups - g);
            layout.Decode(panel, groups, g, length, scratch.Panel, tier);
            IntegerChain.Accumulate(tier, layout, scratch.Rows, g, rows, scratch.Panel, length, scratch.Totals, scratch.Wide);
        }
    }

    /// <summary>
    /// totals[r·32 + lane] = Σₒ x[r][o]·w[first + o, column + lane] over <paramref name="length"/> rows of w, for up to 32 columns.
    /// </summary>
    public static void RunTransposed(Tier tier, Weight w, long first, long length, int column, int rows, PanelScratch scratch)
    {
        var count = Math.Min(TransposedLanes, w.Columns - column);
        for (var start = 0L; start < length; start += FloatChain.Block)
        {
            var block = (int)Math.Min(FloatChain.Block, length - start);
            for (var o = 0; o < block; o++)
            {
                w.DecodeRow(w.Place(first + start + o), column, count, scratch.Panel + (o * TransposedLanes), tier);
            }

            for (var lane = 0; lane < count; lane += PanelRows.Count)
            {
                FloatChain.Accumulate(tier, scratch.Rows, start, rows, scratch.Panel + lane, block, scratch.Totals + lane, TransposedLanes, merge: start > 0, TransposedLanes);
            }
        }
    }

    /// <summary>The reference of <see cref="RunTransposed"/> for one row of x, into <paramref name="y"/>.</summary>
    public static void ReferenceTransposed(Weight w, long first, long length, int column, float* x, float* y)
    {
        var count = Math.Min(TransposedLanes, w.Columns - column);
        var segment = stackalloc float[TransposedLanes];
        var sums = stackalloc float[TransposedLanes];
        new Span<float>(y, count).Clear();
        for (var o = 0L; o < length; o++)
        {
            w.DecodeRow(w.Place(first + o), column, count, segment, Tier.Scalar);
            for (var k = 0; k < count; k++)
            {
                sums[k] = MathF.FusedMultiplyAdd(x[o], segment[k], o % FloatChain.Block == 0 ? 0 : sums[k]);
                if ((o + 1) % FloatChain.Block == 0 || o + 1 == length)
                {
                    y[k] = o < FloatChain.Block ? sums[k] : y[k] + sums[k];
                }
            }
        }
    }
}
