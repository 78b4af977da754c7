using Sequitur.Kernels.Formats.Panels;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// ggml's Q5_K: 256 numbers in 176 bytes: binary16 d and m, factors as in <see cref="Q4_K"/>, 32 bytes whose bit g is the fifth bit of a number of group g,
/// then nibbles as in <see cref="Q4_K"/>; value = d·f·q − m·g.
/// </summary>
[BlockFormat("Q5_K", GgufType = 13)]
public sealed unsafe class Q5_K() : QuantizedFormat("Q5_K", 256, 176)
{
    /// <inheritdoc/>
    public override bool CanEncode => true;

    internal override PanelLayout Layout => PanelLayout<NibblesAndBits, UpTo31, BlockScaleAndMinimumWithFactors>.Instance;

    internal override void Unpack(byte* block, int group, byte* integers, out GroupScales scales)
    {
        scales = SixBitPairs.Read(block, group);
        BitPlanes.Read(block + 48 + (group / 2 * 32), group % 2 * 4, 15, integers);
        BitPlanes.Add(block + 16, group, 1, 4, integers);
    }

    internal override void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination)
    {
        Span<byte> integers = stackalloc byte[BlockColumns];
        for (; row.Length > 0; row = row[BlockColumns..], destination = destination[BlockBytes..])
        {
            FactorFit.Affine(row[..BlockColumns], 31, integers, destination);
            destination[16..48].Clear();
            for (var i = 0; i < BlockColumns; i++)
            {
                destination[16 + (i % Group)] |= (byte)(integers[i] >> 4 << (i / Group));
            }

            Q4_K.PackNibbles(integers, destination[48..]);
        }
    }
}
