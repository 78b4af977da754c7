using System.Buffers.Binary;
using Sequitur.Kernels.Formats.Panels;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// ggml's Q4_1: 32 numbers in 20 bytes: binary16 d and m, then 16 bytes whose low nibbles are q 0 to 15 and whose high nibbles are q 16 to 31;
/// value = d·q + m.
/// </summary>
[BlockFormat("Q4_1", GgufType = 3)]
public sealed unsafe class Q4_1() : QuantizedFormat("Q4_1", 32, 20)
{
    /// <inheritdoc/>
    public override bool CanEncode => true;

    internal override PanelLayout Layout => PanelLayout<Nibbles, UpTo15, HalfScaleAndMinimum>.Instance;

    internal override int WordsAt => 4;

    internal override void Unpack(byte* block, int group, byte* integers, out GroupScales scales)
    {
        scales = new() { Scale = *(ushort*)block, Minimum = *(ushort*)(block + 2) };
        Halves.Unpack(block + 4, integers);
    }

    internal override void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination)
    {
        Span<byte> integers = stackalloc byte[Group];
        for (; row.Length > 0; row = row[Group..], destination = destination[BlockBytes..])
        {
            var (scale, minimum) = Halves.Affine(row[..Group], 15, integers);
            BinaryPrimitives.WriteHalfLittleEndian(destination, (Half)scale);
            BinaryPrimitives.WriteHalfLittleEndian(destination[2..], (Half)minimum);
            Halves.Pack(integers, destination[4..]);
        }
    }
}
