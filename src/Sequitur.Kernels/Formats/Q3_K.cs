using Sequitur.Kernels.Formats.Panels;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// ggml's Q3_K: 256 numbers in 110 bytes: 32 bytes whose bit g is the third bit of a number of group g, for each 128 numbers 32 bytes of two lower bits (bits 2j, 2j+1
/// belong to group j), 12 bytes of 6-bit factors f for each 16, binary16 d; value = d·(f − 32)·(q − 4).
/// </summary>
[BlockFormat("Q3_K", GgufType = 11)]
public sealed unsafe class Q3_K() : QuantizedFormat("Q3_K", 256, 110)
{
    internal override PanelLayout Layout => PanelLayout<CrumbsAndBits, UpTo7Less4, BlockScaleWithHalves>.Instance;

    internal override void Unpack(byte* block, int group, byte* integers, out GroupScales scales)
    {
        BitPlanes.Read(block + 32 + (group / 4 * 32), group % 4 * 2, 3, integers);
        BitPlanes.Add(block, group, 1, 2, integers);

        scales = new() { Scale = *(ushort*)(block + 108), Factor0 = Factor(block + 96, 2 * group), Factor1 = Factor(block + 96, (2 * group) + 1) };
    }

    // Eight bytes of lower nibbles, then four of higher bits.
    private static sbyte Factor(byte* bytes, int index) =>
        (sbyte)(((bytes[index % 8] >> (index / 8 * 4) & 15) | ((bytes[8 + (index % 4)] >> (index / 4 * 2) & 3) << 4)) - 32);
}
