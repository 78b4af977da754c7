using System.Buffers.Binary;
using Sequitur.Kernels.Formats.Panels;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// ggml's TQ2_0: 256 ternary numbers in 66 bytes: for each 128 numbers 32 bytes of q (bits 2j, 2j+1 belong to group j), binary16 d; value = d·(q − 1).
/// </summary>
[BlockFormat("TQ2_0", GgufType = 35)]
public sealed unsafe class TQ2_0() : QuantizedFormat("TQ2_0", 256, 66)
{
    /// <inheritdoc/>
    public override bool CanEncode => true;

    internal override PanelLayout Layout => PanelLayout<Crumbs, Ternary, BlockScale>.Instance;

    internal override void Unpack(byte* block, int group, byte* integers, out GroupScales scales)
    {
        scales = new() { Scale = *(ushort*)(block + 64) };
        BitPlanes.Read(block + (group / 4 * 32), group % 4 * 2, 3, integers);
    }

    internal override void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination)
    {
        Span<byte> integers = stackalloc byte[BlockColumns];
        for (; row.Length > 0; row = row[BlockColumns..], destination = destination[BlockBytes..])
        {
            var scale = TernaryRounding.Scale(row[..BlockColumns]);
            TernaryRounding.Round(row[..BlockColumns], scale, integers);
            destination[..64].Clear();
            for (var i = 0; i < BlockColumns; i++)
            {
                destination[(i / 128 * 32) + (i % 32)] |= (byte)(integers[i] << (i / 32 % 4 * 2));
            }

            BinaryPrimitives.WriteHalfLittleEndian(destination[64..], (Half)scale);
        }
    }
}
