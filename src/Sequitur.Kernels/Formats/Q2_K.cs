using Sequitur.Kernels.Formats.Panels;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// ggml's Q2_K: 256 numbers in 84 bytes: for each 16 numbers a byte whose low nibble is a factor f and whose high nibble is a factor g, for each 128 numbers 32 bytes of
/// q (bits 2j, 2j+1 belong to group j), binary16 d and m; value = d·f·q − m·g.
/// </summary>
[BlockFormat("Q2_K", GgufType = 10)]
public sealed unsafe class Q2_K() : QuantizedFormat("Q2_K", 256, 84)
{
    internal override PanelLayout Layout => PanelLayout<Crumbs, UpTo3, BlockScaleAndMinimumWithHalves>.Instance;

    internal override void Unpack(byte* block, int group, byte* integers, out GroupScales scales)
    {
        BitPlanes.Read(block + 16 + (group / 4 * 32), group % 4 * 2, 3, integers);

        var factors = block + (2 * group);
        scales = new()
        {
            Scale = *(ushort*)(block + 80),
            Minimum = *(ushort*)(block + 82),
            Factor0 = (sbyte)(factors[0] & 15),
            Factor1 = (sbyte)(factors[1] & 15),
            MinimumFactor0 = (sbyte)(factors[0] >> 4),
            MinimumFactor1 = (sbyte)(factors[1] >> 4),
        };
    }
}
