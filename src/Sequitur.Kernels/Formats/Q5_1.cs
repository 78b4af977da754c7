using System.Buffers.Binary;
using Sequitur.Kernels.Formats.Panels;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// ggml's Q5_1: 32 numbers in 24 bytes: binary16 d and m, 32 bits that are the fifth bits of q, then 16 bytes of lower nibbles as in
/// <see cref="Q4_1"/>; value = d·q + m.
/// </summary>
[BlockFormat("Q5_1", GgufType = 7)]
public sealed unsafe class Q5_1() : QuantizedFormat("Q5_1", 32, 24)
{
    /// <inheritdoc/>
    public override bool CanEncode => true;

    internal override PanelLayout Layout => PanelLayout<NibblesAndBits, UpTo31, HalfScaleAndMinimum>.Instance;

    internal override void Unpack(byte* block, int group, byte* integers, out GroupScales scales)
    {
        scales = new() { Scale = *(ushort*)block, Minimum = *(ushort*)(block + 2) };
        Halves.Unpack(block + 8, *(uint*)(block + 4), integers);
    }

    internal override void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination)
    {
        Span<byte> integers = stackalloc byte[Group];
        for (; row.Length > 0; row = row[Group..], destination = destination[BlockBytes..])
        {
            var (scale, minimum) = Halves.Affine(row[..Group], 31, integers);
            BinaryPrimitives.WriteHalfLittleEndian(destination, (Half)scale);
            BinaryPrimitives.WriteHalfLittleEndian(destination[2..], (Half)minimum);
            Halves.PackHigh(integers, destination[4..]);
            Halves.Pack(integers, destination[8..]);
        }
    }
}
