using System.Buffers.Binary;
using Sequitur.Kernels.Formats.Panels;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// ggml's TQ1_0: 256 ternary numbers in 54 bytes, five to a byte: 32 bytes hold the numbers 0 to 159 (number i in byte i mod 32), 16 bytes 160 to 239 (likewise mod 16), 4 bytes 240 to
/// 255 (mod 4, four to a byte), then binary16 d; value = d·(q − 1). A byte is its number in base 3, first digit first, as a fraction of 243 in 256ths, rounded up: three times
/// it carries the first digit out at the top.
/// </summary>
[BlockFormat("TQ1_0", GgufType = 34)]
public sealed unsafe class TQ1_0() : QuantizedFormat("TQ1_0", 256, 54)
{
    /// <inheritdoc/>
    public override bool CanEncode => true;

    internal override PanelLayout Layout => PanelLayout<Crumbs, Ternary, BlockScale>.Instance;

    private static ReadOnlySpan<byte> Powers => [1, 3, 9, 27, 81];

    internal override void Unpack(byte* block, int group, byte* integers, out GroupScales scales)
    {
        scales = new() { Scale = *(ushort*)(block + 52) };
        for (var i = 0; i < Group; i++)
        {
            var (place, digit) = Place((group * Group) + i);
            integers[i] = (byte)((byte)(block[place] * Powers[digit]) * 3 >> 8);
        }
    }

    internal override void EncodeRow(ReadOnlySpan<float> row, Span<byte> destination)
    {
        Span<byte> integers = stackalloc byte[BlockColumns];
        Span<int> numbers = stackalloc int[52];
        for (; row.Length > 0; row = row[BlockColumns..], destination = destination[BlockBytes..])
        {
            var scale = TernaryRounding.Scale(row[..BlockColumns]);
            TernaryRounding.Round(row[..BlockColumns], scale, integers);
            numbers.Clear();
            for (var i = 0; i < BlockColumns; i++)
            {
                var (place, digit) = Place(i);
                numbers[place] += integers[i] * Powers[^(digit + 1)];
            }

            for (var i = 0; i < numbers.Length; i++)
            {
                destination[i] = (byte)(((numbers[i] * 256) + 242) / 243);
            }

            BinaryPrimitives.WriteHalfLittleEndian(destination[52..], (Half)scale);
        }
    }

    // The byte that holds a number, and which of its digits it is.
    private static (int Byte, int Digit) Place(int number) => number switch
    {
        < 160 => (number % 32, number / 32),
        < 240 => (32 + ((number - 160) % 16), (number - 160) / 16),
        _ => (48 + ((number - 240) % 4), (number - 240) / 4),
    };
}
