using System.Buffers.Binary;

namespace Sequitur.Kernels.Formats;

/// <summary>ggml's Q8_0: 32 numbers in 34 bytes: binary16 d, then 32 signed bytes q; value = d·q.</summary>
[BlockFormat("Q8_0", GgufType = 8)]
public sealed unsafe partial class Q8_0() : QuantizedFormat("Q8_0", 34)
{
    /// <inheritdoc/>
    public override bool HasMinimum => false;

    internal override bool IsNibble => false;

    internal override void DecodeBlock(byte* block, sbyte* q, out float scale, out float minimum)
    {
        scale = (float)*(Half*)block;
        minimum = 0;
        for (var i = 0; i < Block; i++)
        {
            q[i] = (sbyte)block[2 + i];
        }
    }

    internal override void TurnBlock(byte** blocks, sbyte* panel)
    {
        for (var row = 0; row < PanelRows.Count; row += 4)
        {
            for (var half = 0; half < 2; half++)
            {
                Quads.Turn(Words(row, half), Words(row + 1, half), Words(row + 2, half), Words(row + 3, half), (uint*)panel + (half * 64) + row, 16);
            }
        }

        uint* Words(int row, int half) => (uint*)(blocks[row] + 2) + (half * 4);
    }

    internal override void ReadScales(byte** blocks, ushort* scales, ushort* minima)
    {
        for (var row = 0; row < PanelRows.Count; row++)
        {
            scales[row] = *(ushort*)blocks[row];
        }
    }

    internal override void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination)
    {
        for (; row.Length > 0; row = row[Block..], destination = destination[BlockBytes..])
        {
            var largest = 0f;
            foreach (var value in row[..Block])
            {
                largest = MathF.Max(largest, MathF.Abs(value));
            }

            var scale = largest / 127;
            var inverse = scale != 0 ? 1 / scale : 0;
            BinaryPrimitives.WriteHalfLittleEndian(destination, (Half)scale);
            for (var i = 0; i < Block; i++)
            {
                destination[2 + i] = (byte)(sbyte)MathF.Round(row[i] * inverse, MidpointRounding.AwayFromZero);
            }
        }
    }
}
