using System.Buffers.Binary;
using Sequitur.Kernels.Formats.Panels;

namespace Sequitur.Kernels.Formats;

/// <summary>ggml's Q8_0: 32 numbers in 34 bytes: binary16 d, then 32 signed bytes q; value = d·q.</summary>
[BlockFormat("Q8_0", GgufType = 8)]
public sealed unsafe class Q8_0() : QuantizedFormat("Q8_0", 32, 34)
{
    /// <inheritdoc/>
    public override bool CanEncode => true;

    internal override PanelLayout Layout => PanelLayout<Bytes, Signed, HalfScale>.Instance;

    internal override int WordsAt => 2;

    internal override void Unpack(byte* block, int group, byte* integers, out GroupScales scales)
    {
        scales = new() { Scale = *(ushort*)block };
        Buffer.MemoryCopy(block + 2, integers, Group, Group);
    }

    internal override void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination)
    {
        for (; row.Length > 0; row = row[Group..], destination = destination[BlockBytes..])
        {
            var largest = 0f;
            foreach (var value in row[..Group])
            {
                largest = MathF.Max(largest, MathF.Abs(value));
            }

            var scale = largest / 127;
            var inverse = scale != 0 ? 1 / scale : 0;
            BinaryPrimitives.WriteHalfLittleEndian(destination, (Half)scale);
            for (var i = 0; i < Group; i++)
            {
                destination[2 + i] = (byte)(sbyte)MathF.Round(row[i] * inverse, MidpointRounding.AwayFromZero);
            }
        }
    }
}
