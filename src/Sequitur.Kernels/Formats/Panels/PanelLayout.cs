using Sequitur.Kernels.MatMul;

namespace Sequitur.Kernels.Formats.Panels;

/// <summary>
/// How 16 rows of a quantized weight lie in memory so that outputs are lanes: integers of groups of 32 columns
/// (<see cref="IPanelIntegers"/>) and scales (<see cref="IPanelScales"/>), side by side (<see cref="PanelPlaces{B, S}"/>). Kernels know layouts, not files: a format says how its
/// blocks become a layout's integers and scales. What layouts compute is the same to the bit on every tier.
/// </summary>
internal abstract unsafe class PanelLayout
{
    /// <summary>Columns of a group: those that share an integer sum.</summary>
    public const int Group = ElementTypes.GroupSize;

    /// <summary>What decoded integers are.</summary>
    public abstract IntegerKind Kind { get; }

    /// <summary>What the matrix product takes off nibbles.</summary>
    public abstract int NibbleOffset { get; }

    /// <summary>Whether numbers have a minimum.</summary>
    public abstract bool HasMinimum { get; }

    /// <summary>Whether minima have integer factors for each 16 columns.</summary>
    public abstract bool HasHalfMinima { get; }

    /// <summary>Bytes of a panel, a multiple of 64.</summary>
    public abstract long Bytes(int groups);

    /// <summary>Writes one row of one group.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="groups">Groups of the panel.</param>
    /// <param name="group">Which one.</param>
    /// <param name="row">Row of the panel, 0 to 15.</param>
    /// <param name="words">The stored integers of the 32 columns, a byte each.</param>
    /// <param name="scales">Their scales.</param>
    public abstract void Store(byte* panel, int groups, int group, int row, uint* words, in GroupScales scales);

    /// <summary>
    /// Packs 16 rows of blocks that hold one group each: a binary16 scale, the binary16 minimum of layouts that have one, and from <paramref name="wordsAt"/> on the bytes that
    /// the panel has.
    /// </summary>
    /// <returns>Whether scales and minima are finite.</returns>
    /// <exception cref="NotSupportedException">The layout keeps numbers in several planes.</exception>
    public abstract bool Move(in PanelRows rows, int groups, int blockBytes, int wordsAt, byte* panel);

    /// <summary>What stored scales mean.</summary>
    public abstract GroupTerms Terms(in GroupScales scales);

    /// <summary>What a stored integer means.</summary>
    public abstract int Value(byte stored);

    /// <summary>
    /// totals[r·16 + lane] = the integer product (as <see cref="IntegerChain"/> states) of row r of x, of a few, with the panel's 16 rows, from the panel to
    /// registers. Vector tiers only.
    /// </summary>
    public abstract void Multiply(EncodedRow* x, int rows, byte* panel, bool areFinite, int groups, float* totals, Tier tier);

    /// <summary>Decodes <paramref name="count"/> groups from <paramref name="first"/> for the matrix product. Vector tiers only.</summary>
    public abstract void Decode(byte* panel, int groups, int first, int count, IntegerPanel target, Tier tier);

    /// <summary>Decodes groups to numbers: <c>numbers[column·16 + row]</c>. Vector tiers only.</summary>
    public void DecodeNumbers(byte* panel, int groups, int first, int count, float* numbers, Tier tier)
    {
        const int strip = 8;
        var memory = stackalloc byte[(int)IntegerPanel.Bytes(strip)];
        var integers = IntegerPanel.Cut(memory, strip);
        for (var g = 0; g < count; g += strip)
        {
            var length = Math.Min(strip, count - g);
            Decode(panel, groups, first + g, length, integers, tier);
            PanelNumbers.Write(this, integers, length, numbers + ((long)g * Group * PanelRows.Count), tier);
        }
    }
}
