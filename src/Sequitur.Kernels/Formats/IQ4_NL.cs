using Sequitur.Kernels.Formats.Panels;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// ggml's IQ4_NL: 32 numbers in 18 bytes: binary16 d, then 16 bytes of nibbles as in <see cref="Q4_0"/>, each an index of sixteen unevenly spaced values.
/// </summary>
[BlockFormat("IQ4_NL", GgufType = 20)]
public sealed unsafe class IQ4_NL() : QuantizedFormat("IQ4_NL", 32, 18)
{
    internal override PanelLayout Layout => PanelLayout<Nibbles, NonLinear, HalfScale>.Instance;

    internal override int WordsAt => 2;

    internal override void Unpack(byte* block, int group, byte* integers, out GroupScales scales)
    {
        scales = new() { Scale = *(ushort*)block };
        Halves.Unpack(block + 2, integers);
    }
}
