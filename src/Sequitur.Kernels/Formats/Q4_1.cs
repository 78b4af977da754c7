using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// ggml's Q4_1: 32 numbers in 20 bytes: binary16 d and m, then 16 bytes whose low nibbles are q 0 to 15 and whose high nibbles are q 16 to 31;
/// value = d·q + m.
/// </summary>
[BlockFormat("Q4_1", GgufType = 3)]
public sealed unsafe partial class Q4_1() : QuantizedFormat("Q4_1", 20)
{
    /// <inheritdoc/>
    public override bool HasMinimum => true;

    internal override bool IsNibble => true;

    internal override void DecodeBlock(byte* block, sbyte* q, out float scale, out float minimum)
    {
        scale = (float)*(Half*)block;
        minimum = (float)*(Half*)(block + 2);
        for (var i = 0; i < 16; i++)
        {
            q[i] = (sbyte)(block[4 + i] & 15);
            q[16 + i] = (sbyte)(block[4 + i] >> 4);
        }
    }

    internal override void TurnBlock(byte** blocks, sbyte* panel)
    {
        for (var row = 0; row < PanelRows.Count; row += 4)
        {
            var a = Vector128.Load((uint*)(blocks[row] + 4));
            var b = Vector128.Load((uint*)(blocks[row + 1] + 4));
            var c = Vector128.Load((uint*)(blocks[row + 2] + 4));
            var d = Vector128.Load((uint*)(blocks[row + 3] + 4));
            Quads.Turn(ref a, ref b, ref c, ref d);
            var target = (uint*)panel + row;
            Split(a, target);
            Split(b, target + 16);
            Split(c, target + 32);
            Split(d, target + 48);
        }
    }

    internal override void ReadScales(byte** blocks, ushort* scales, ushort* minima)
    {
        for (var row = 0; row < PanelRows.Count; row++)
        {
            scales[row] = *(ushort*)blocks[row];
            minima[row] = *(ushort*)(blocks[row] + 2);
        }
    }

    internal override void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination)
    {
        for (; row.Length > 0; row = row[Block..], destination = destination[BlockBytes..])
        {
            var minimum = float.MaxValue;
            var maximum = -float.MaxValue;
            foreach (var value in row[..Block])
            {
                minimum = value < minimum ? value : minimum;
                maximum = value > maximum ? value : maximum;
            }

            var scale = (maximum - minimum) / 15;
            var inverse = scale != 0 ? 1 / scale : 0;
            BinaryPrimitives.WriteHalfLittleEndian(destination, (Half)scale);
            BinaryPrimitives.WriteHalfLittleEndian(destination[2..], (Half)minimum);
            for (var i = 0; i < 16; i++)
            {
                var low = Math.Min(15, (int)(((row[i] - minimum) * inverse) + 0.5f));
                var high = Math.Min(15, (int)(((row[16 + i] - minimum) * inverse) + 0.5f));
                destination[4 + i] = (byte)(low | (high << 4));
            }
        }
    }

    // Word g holds the bytes of k = 4g … 4g+3 and, in the high nibbles, 16+4g … : 4 words of rows on.
    private static void Split(Vector128<uint> word, uint* target)
    {
        var mask = Vector128.Create(0x0F0F0F0Fu);
        (word & mask).Store(target);
        ((word >>> 4) & mask).Store(target + 64);
    }
}
