using System.Buffers.Binary;
using Sequitur.Kernels.Formats.Panels;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// ggml's Q5_0: 32 numbers in 22 bytes: binary16 d, 32 bits that are the fifth bits of q, then 16 bytes of lower nibbles as in
/// <see cref="Q4_0"/>; value = d·(q − 16).
/// </summary>
[BlockFormat("Q5_0", GgufType = 6)]
public sealed unsafe class Q5_0() : QuantizedFormat("Q5_0", 32, 22)
{
    /// <inheritdoc/>
    public override bool CanEncode => true;

    internal override PanelLayout Layout => PanelLayout<NibblesAndBits, UpTo31Less16, HalfScale>.Instance;

    internal override void Unpack(byte* block, int group, byte* integers, out GroupScales scales)
    {
        scales = new() { Scale = *(ushort*)block };
        Halves.Unpack(block + 6, *(uint*)(block + 2), integers);
    }

    internal override void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination)
    {
        Span<byte> integers = stackalloc byte[Group];
        for (; row.Length > 0; row = row[Group..], destination = destination[BlockBytes..])
        {
            BinaryPrimitives.WriteHalfLittleEndian(destination, (Half)Halves.Symmetric(row[..Group], 16, integers));
            Halves.PackHigh(integers, destination[2..]);
            Halves.Pack(integers, destination[6..]);
        }
    }
}
