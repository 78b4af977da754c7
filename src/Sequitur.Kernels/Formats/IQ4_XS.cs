using Sequitur.Kernels.Formats.Panels;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// ggml's IQ4_XS: 256 numbers in 136 bytes: binary16 d, 16 bits of two higher bits and 4 bytes of lower nibbles of a 6-bit factor f for each 32, then for each
/// 32 numbers 16 bytes as in <see cref="IQ4_NL"/>; value = d·(f − 32)·v.
/// </summary>
[BlockFormat("IQ4_XS", GgufType = 23)]
public sealed unsafe class IQ4_XS() : QuantizedFormat("IQ4_XS", 256, 136)
{
    internal override PanelLayout Layout => PanelLayout<Nibbles, NonLinear, BlockScaleWithFactors>.Instance;

    internal override void Unpack(byte* block, int group, byte* integers, out GroupScales scales)
    {
        var low = block[4 + (group / 2)] >> (group % 2 * 4) & 15;
        var high = *(ushort*)(block + 2) >> (2 * group) & 3;
        scales = new() { Scale = *(ushort*)block, Factor0 = (sbyte)((low | (high << 4)) - 32) };
        Halves.Unpack(block + 8 + (group * 16), integers);
    }
}
