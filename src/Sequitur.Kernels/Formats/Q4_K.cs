using Sequitur.Kernels.Formats.Panels;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// ggml's Q4_K: 256 numbers in 144 bytes: binary16 d and m, 6-bit factors f and g for each 32 (<see cref="SixBitPairs"/>), then for each 64 numbers 32 bytes
/// whose low nibbles are the first 32 q and whose high nibbles are the others; value = d·f·q − m·g.
/// </summary>
[BlockFormat("Q4_K", GgufType = 12)]
public sealed unsafe class Q4_K() : QuantizedFormat("Q4_K", 256, 144)
{
    /// <inheritdoc/>
    public override bool CanEncode => true;

    internal override PanelLayout Layout => PanelLayout<Nibbles, UpTo15, BlockScaleAndMinimumWithFactors>.Instance;

    internal override void Unpack(byte* block, int group, byte* integers, out GroupScales scales)
    {
        scales = SixBitPairs.Read(block, group);
        BitPlanes.Read(block + 16 + (group / 2 * 32), group % 2 * 4, 15, integers);
    }

    internal override void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination)
    {
        Span<byte> integers = stackalloc byte[BlockColumns];
        for (; row.Length > 0; row = row[BlockColumns..], destination = destination[BlockBytes..])
        {
            FactorFit.Affine(row[..BlockColumns], 15, integers, destination);
            PackNibbles(integers, destination[16..]);
        }
    }

    /// <summary>Writes the lower nibbles of a block's integers: of each 64 the first 32 become low nibbles, the others high ones.</summary>
    internal static void PackNibbles(ReadOnlySpan<byte> integers, Span<byte> destination)
    {
        for (var i = 0; i < FactorFit.Block / 2; i++)
        {
            var first = (i / Group * 2 * Group) + (i % Group);
            destination[i] = (byte)((integers[first] & 15) | (integers[first + Group] << 4));
        }
    }
}
