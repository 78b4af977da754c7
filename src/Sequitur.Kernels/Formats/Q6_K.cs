using Sequitur.Kernels.Formats.Panels;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// ggml's Q6_K: 256 numbers in 210 bytes: for each 128 numbers 64 bytes of lower nibbles (low ones the first 64 q, high ones the others), then for each 128 numbers 32
/// bytes of two higher bits (bits 2j, 2j+1 belong to group j), a signed factor f for each 16, binary16 d; value = d·f·(q − 32).
/// </summary>
[BlockFormat("Q6_K", GgufType = 14)]
public sealed unsafe class Q6_K() : QuantizedFormat("Q6_K", 256, 210)
{
    /// <inheritdoc/>
    public override bool CanEncode => true;

    internal override PanelLayout Layout => PanelLayout<NibblesAndCrumbs, UpTo63Less32, BlockScaleWithHalves>.Instance;

    internal override void Unpack(byte* block, int group, byte* integers, out GroupScales scales)
    {
        var (part, place) = (group / 4, group % 4);
        BitPlanes.Read(block + (part * 64) + (place % 2 * 32), place / 2 * 4, 15, integers);
        BitPlanes.Add(block + 128 + (part * 32), 2 * place, 3, 4, integers);

        var factors = (sbyte*)block + 192 + (group * 2);
        scales = new() { Scale = *(ushort*)(block + 208), Factor0 = factors[0], Factor1 = factors[1] };
    }

    internal override void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination)
    {
        Span<byte> integers = stackalloc byte[BlockColumns];
        for (; row.Length > 0; row = row[BlockColumns..], destination = destination[BlockBytes..])
        {
            FactorFit.Symmetric(row[..BlockColumns], 32, integers, destination[192..208], destination[208..]);
            destination[..192].Clear();
            for (var i = 0; i < BlockColumns; i++)
            {
                var (part, place) = (i / 128, i % 128);
                destination[(part * 64) + (place % 64)] |= (byte)((integers[i] & 15) << (place / 64 * 4));
                destination[128 + (part * 32) + (place % 32)] |= (byte)(integers[i] >> 4 << (place / 32 * 2));
            }
        }
    }
}
