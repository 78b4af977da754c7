using System.Buffers.Binary;
using Sequitur.Kernels.Formats.Panels;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// ggml's Q4_0: 32 numbers in 18 bytes: binary16 d, then 16 bytes whose low nibbles are q 0 to 15 and whose high nibbles are q 16 to 31;
/// value = d·(q − 8).
/// </summary>
[BlockFormat("Q4_0", GgufType = 2)]
public sealed unsafe class Q4_0() : QuantizedFormat("Q4_0", 32, 18)
{
    /// <inheritdoc/>
    public override bool CanEncode => true;

    internal override PanelLayout Layout => PanelLayout<Nibbles, UpTo15Less8, HalfScale>.Instance;

    internal override int WordsAt => 2;

    internal override void Unpack(byte* block, int group, byte* integers, out GroupScales scales)
    {
        scales = new() { Scale = *(ushort*)block };
        Halves.Unpack(block + 2, integers);
    }

    internal override void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination)
    {
        Span<byte> integers = stackalloc byte[Group];
        for (; row.Length > 0; row = row[Group..], destination = destination[BlockBytes..])
        {
            BinaryPrimitives.WriteHalfLittleEndian(destination, (Half)Halves.Symmetric(row[..Group], 8, integers));
            Halves.Pack(integers, destination[2..]);
        }
    }
}
