using System.Buffers.Binary;
using Sequitur.Kernels.Formats.Panels;
using Sequitur.Kernels.Numerics;

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
        var integers = stackalloc float[Group];
        fixed (float* numbers = row)
        {
            for (var first = 0; first < row.Length; first += Group, destination = destination[BlockBytes..])
            {
                BinaryPrimitives.WriteUInt16LittleEndian(destination, ByteRounding.Round<One>(numbers + first, Group, integers));
                for (var i = 0; i < Group; i++)
                {
                    destination[2 + i] = (byte)(sbyte)integers[i];
                }
            }
        }
    }
}
