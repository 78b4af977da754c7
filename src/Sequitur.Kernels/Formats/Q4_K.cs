using Sequitur.Kernels.Formats.Panels;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// ggml's Q4_K: 256 numbers in 144 bytes: binary16 d and m, 6-bit factors f and g for each 32 (<see cref="SixBitPairs"/>), then for each 64 numbers 32 bytes
/// whose low nibbles are the first 32 q and whose high nibbles are the others; value = d·f·q − m·g.
/// </summary>
[BlockFormat("Q4_K", GgufType = 12)]
public sealed unsafe class Q4_K() : QuantizedFormat("Q4_K", 256, 144)
{
    internal override PanelLayout Layout => PanelLayout<Nibbles, UpTo15, BlockScaleAndMinimumWithFactors>.Instance;

    internal override void Unpack(byte* block, int group, byte* integers, out GroupScales scales)
    {
        scales = SixBitPairs.Read(block, group);
        var nibbles = block + 16 + (group / 2 * 32);
        for (var i = 0; i < Group; i++)
        {
            integers[i] = (byte)(nibbles[i] >> (group % 2 * 4) & 15);
        }
    }
}
