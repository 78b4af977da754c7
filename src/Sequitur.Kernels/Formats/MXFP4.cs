using Sequitur.Kernels.Formats.Panels;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// OCP Microscaling FP4 as ggml stores it: 32 numbers in 17 bytes: a power of two (E8M0), then 16 bytes of nibbles as in <see cref="Q4_0"/>, each a
/// 4-bit float. Values are doubled and the scale halved, so that all are integers.
/// </summary>
[BlockFormat("MXFP4", GgufType = 39)]
public sealed unsafe class MXFP4() : QuantizedFormat("MXFP4", 32, 17)
{
    /// <inheritdoc/>
    public override bool CanEncode => true;

    internal override PanelLayout Layout => PanelLayout<Nibbles, FourBitFloats, PowerScale>.Instance;

    internal override void Unpack(byte* block, int group, byte* integers, out GroupScales scales)
    {
        scales = new() { Scale = HalvedPower(*block) };
        Halves.Unpack(block + 1, integers);
    }

    // 2^(exponent − 128) as the upper half of its binary32.
    private static ushort HalvedPower(byte exponent) => (ushort)(exponent < 2 ? 0x20 << exponent : (exponent - 1) << 7);

    // The largest magnitude gets the highest exponent of a 4-bit float, 2.
    private static byte Exponent(ReadOnlySpan<float> numbers)
    {
        var largest = 0f;
        foreach (var number in numbers)
        {
            largest = MathF.Max(largest, MathF.Abs(number));
        }

        const int bias = 127, highest = 2;
        const double ln2 = 0.69314718055994530942;
        return largest > 0 ? (byte)Math.Clamp(MathF.Floor((float)(Scalar.LogDouble(largest) / ln2)) - highest + bias, 0, 254) : (byte)0;
    }

    // The lowest of the nearest ones.
    private byte Nearest(float number, float scale)
    {
        var (best, least) = ((byte)0, float.MaxValue);
        for (byte i = 0; i < 16; i++)
        {
            var error = MathF.Abs((Layout.Value(i) * scale) - number);
            (best, least) = error < least ? (i, error) : (best, least);
        }

        return best;
    }

    internal override void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination)
    {
        Span<byte> integers = stackalloc byte[Group];
        for (; row.Length > 0; row = row[Group..], destination = destination[BlockBytes..])
        {
            destination[0] = Exponent(row[..Group]);
            var scale = BitConverter.Int32BitsToSingle(HalvedPower(destination[0]) << 16);
            for (var i = 0; i < Group; i++)
            {
                integers[i] = Nearest(row[i], scale);
            }

            Halves.Pack(integers, destination[1..]);
        }
    }
}
