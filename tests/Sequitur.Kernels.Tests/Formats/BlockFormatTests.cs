using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Tests.MatMul;

namespace Sequitur.Kernels.Tests.Formats;

public class BlockFormatTests
{
    [Theory]
    [InlineData("F32", 0, 1, 4)]
    [InlineData("F16", 1, 1, 2)]
    [InlineData("BF16", 30, 1, 2)]
    [InlineData("Q4_0", 2, 32, 18)]
    [InlineData("Q4_1", 3, 32, 20)]
    [InlineData("Q5_0", 6, 32, 22)]
    [InlineData("Q5_1", 7, 32, 24)]
    [InlineData("Q8_0", 8, 32, 34)]
    [InlineData("Q2_K", 10, 256, 84)]
    [InlineData("Q3_K", 11, 256, 110)]
    [InlineData("Q4_K", 12, 256, 144)]
    [InlineData("Q5_K", 13, 256, 176)]
    [InlineData("Q6_K", 14, 256, 210)]
    [InlineData("IQ4_NL", 20, 32, 18)]
    [InlineData("IQ4_XS", 23, 256, 136)]
    [InlineData("TQ1_0", 34, 256, 54)]
    [InlineData("TQ2_0", 35, 256, 66)]
    [InlineData("MXFP4", 39, 32, 17)]
    public void Find_NameOrGgufType_GivesTheFormat(string name, int type, int columns, int bytes)
    {
        var format = BlockFormats.Find(name).ShouldNotBeNull();
        BlockFormats.FindGguf(type).ShouldBeSameAs(format);
        BlockFormats.Find(name.ToLowerInvariant()).ShouldBeSameAs(format);
        format.Name.ShouldBe(name);
        format.BlockColumns.ShouldBe(columns);
        format.RowBytes(columns * 3).ShouldBe(bytes * 3);
    }

    [Fact]
    public void Registry_EveryMarkedClass_IsListedUnderItsName()
    {
        var marked = typeof(BlockFormat).Assembly.GetTypes()
            .Select(type => (type, mark: type.GetCustomAttributes(typeof(BlockFormatAttribute), false).Cast<BlockFormatAttribute>().SingleOrDefault()))
            .Where(entry => entry.mark is not null).ToList();
        marked.Count.ShouldBe(BlockFormats.All.Count);
        foreach (var (type, mark) in marked)
        {
            BlockFormats.Find(mark!.Name).ShouldNotBeNull().ShouldBeOfType(type);
            BlockFormats.FindGguf(mark.GgufType).ShouldBeOfType(type);
        }
    }

    [Fact]
    public void Find_Unknown_GivesNull()
    {
        BlockFormats.Find("Q9_9").ShouldBeNull();
        BlockFormats.FindGguf(-1).ShouldBeNull();
        BlockFormats.FindGguf(777).ShouldBeNull();
    }

    [Theory]
    [InlineData("F32", 1e-20f)]
    [InlineData("F16", 1 / 2048f)]
    [InlineData("BF16", 1 / 256f)]
    [InlineData("Q4_0", 1 / 8f)]
    [InlineData("Q4_1", 1 / 14f)]
    [InlineData("Q5_0", 1 / 16f)]
    [InlineData("Q5_1", 1 / 29f)]
    [InlineData("MXFP4", 1 / 4f)]
    [InlineData("Q8_0", 1 / 200f)]
    public void DecodeRow_EncodedNumbers_ComeBackWithinTheFormatsStep(string name, float step)
    {
        var numbers = Weights.Numbers(96, 1);
        var decoded = RoundTrip(BlockFormats.Find(name)!, numbers);
        for (var i = 0; i < numbers.Length; i++)
        {
            decoded[i].ShouldBe(numbers[i], step);
        }

        var again = RoundTrip(BlockFormats.Find(name)!, decoded);
        again.Zip(decoded, (a, b) => MathF.Abs(a - b)).Max().ShouldBeLessThanOrEqualTo(step / 100, "decoded numbers encode as themselves");
    }

    // Numbers from −1 to 1; half a step of the integers, and what rounding the factors adds. Above 31/32 of the range Q6_K has no integer on one of the two sides.
    [Theory]
    [InlineData("Q4_K", 1 / 10f)]
    [InlineData("Q5_K", 1 / 18f)]
    [InlineData("Q6_K", 1 / 24f)]
    public void Encode_BlocksWithFactors_ReadAsWrittenDown(string name, float step)
    {
        var format = BlockFormats.Find(name)!;
        var numbers = Weights.Numbers(1024, 1);
        var bytes = new byte[format.RowBytes(numbers.Length)];
        format.Encode(numbers, bytes);
        var decoded = Decode(format, bytes, numbers.Length);
        var plain = bytes.Chunk((int)format.RowBytes(256)).SelectMany(block => name == "Q6_K" ? PlainQ6(block) : PlainQ4Q5(block)).ToArray();

        for (var i = 0; i < numbers.Length; i++)
        {
            decoded[i].ShouldBe(numbers[i], step);
            ((double)decoded[i]).ShouldBe(plain[i], 1e-6 * (1 + Math.Abs(plain[i])), $"number {i}");
        }
    }

    [Theory]
    [InlineData("Q4_K")]
    [InlineData("Q5_K")]
    [InlineData("Q6_K")]
    public void Encode_BlocksWithFactors_OddNumbersStayNear(string name)
    {
        var format = BlockFormats.Find(name)!;
        float[] Row(Func<int, float> number) => [.. Enumerable.Range(0, 256).Select(number)];
        void Check(float[] row, float tolerance)
        {
            var decoded = RoundTrip(format, row);
            row.Zip(decoded, (a, b) => MathF.Abs(a - b)).Max().ShouldBeLessThanOrEqualTo(tolerance);
        }

        Check(Row(_ => 0), 0);
        Check(Row(_ => -0f), 0);
        Check(Row(_ => 1), 1e-3f);
        Check(Row(_ => -1), 1e-3f);
        Check(Row(i => i == 77 ? 3 : 0), 4e-3f);
        Check(Row(i => i == 77 ? -3 : 0), 4e-3f);
        Check(Row(i => i < 128 ? 0 : 1), 1e-3f);
        Check(Row(i => 1e-12f * i), 1e-6f);
        Check(Row(i => 1000f * (i - 128)), 128_000 / 13f);
    }

    [Theory]
    [MemberData(nameof(Weights.FormatNames), MemberType = typeof(Weights))]
    public void Encode_WrongLength_Throws(string name)
    {
        var format = BlockFormats.Find(name)!;
        if (!format.CanEncode)
        {
            Should.Throw<NotSupportedException>(() => format.Encode(new float[format.BlockColumns], new byte[format.RowBytes(format.BlockColumns)]))
                .Message.ShouldContain(name);
            return;
        }

        var columns = Weights.Width(format, 64);
        Should.Throw<ArgumentException>(() => format.Encode(new float[columns], new byte[format.RowBytes(columns) - 1]));
        if (format.BlockColumns > 1)
        {
            Should.Throw<ArgumentException>(() => format.Encode(new float[33], new byte[1000]));
        }
    }

    [Fact]
    public void Q4_1_KnownBlock_DecodesByLowThenHighNibbles()
    {
        // d = 0.5, m = −2; byte i holds i in the low and 15−i in the high nibble.
        byte[] block = [0x00, 0x38, 0x00, 0xC0, .. Enumerable.Range(0, 16).Select(i => (byte)(i | ((15 - i) << 4)))];
        var expected = Enumerable.Range(0, 16).Select(i => (0.5f * i) - 2).Concat(Enumerable.Range(0, 16).Select(i => (0.5f * (15 - i)) - 2));
        Decode(new Q4_1(), block, 32).ShouldBe(expected);
    }

    [Fact]
    public void Q8_0_KnownBlock_DecodesSignedBytes()
    {
        byte[] block = [0x00, 0x34, .. Enumerable.Range(0, 32).Select(i => (byte)(sbyte)((i * 8) - 128))];
        Decode(new Q8_0(), block, 32).ShouldBe(Enumerable.Range(0, 32).Select(i => 0.25f * ((i * 8) - 128)));
    }

    [Fact]
    public void Q8_0_Encode_RoundsHalvesAwayFromZero()
    {
        var row = new float[32];
        (row[0], row[1], row[2], row[3]) = (127, 2.5f, -2.5f, 3.5f);
        var bytes = new byte[34];
        new Q8_0().Encode(row, bytes);
        bytes[2..6].Select(b => (int)(sbyte)b).ShouldBe([127, 3, -3, 4]);
    }

    [Fact]
    public void BF16_Encode_RoundsTiesToEvenAndKeepsNaN()
    {
        float[] row = [.. ((uint[])[0x3F808000, 0x3F818000, 0x7F800001, 0xFF800000]).Select(BitConverter.UInt32BitsToSingle)];
        var bytes = new byte[8];
        new BF16().Encode(row, bytes);
        bytes.Chunk(2).Select(pair => BitConverter.ToUInt16(pair)).ShouldBe([0x3F80, 0x3F82, 0x7FC0, 0xFF80]);
    }

    [Fact]
    public void F16_SpecialNumbers_DecodeExactlyOnEveryTier()
    {
        var bytes = new byte[65536 * 2];
        for (var i = 0; i < 65536; i++)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(i * 2), (ushort)i);
        }

        var decoded = Decode(new F16(), bytes, 65536);
        for (var i = 0; i < 65536; i++)
        {
            decoded[i].ShouldBe((float)BitConverter.UInt16BitsToHalf((ushort)i));
        }
    }

    // The layouts of docs/formats.md in binary64, number by number.
    private static IEnumerable<double> PlainQ4Q5(byte[] block)
    {
        var isFive = block.Length == 176;
        var (scale, minimum) = ((double)BitConverter.ToHalf(block), (double)BitConverter.ToHalf(block, 2));
        for (var i = 0; i < 256; i++)
        {
            var (group, place) = (i / 32, i % 32);
            int Six(int of) => group < 4 ? block[4 + of + group] & 63 : (block[12 + group - 4] >> (of == 0 ? 0 : 4) & 15) + (block[of + group] / 64 * 16);
            var q = block[(isFive ? 48 : 16) + (group / 2 * 32) + place] >> (group % 2 * 4) & 15;
            q += isFive ? (block[16 + place] >> group & 1) * 16 : 0;
            yield return (scale * Six(0) * q) - (minimum * Six(4));
        }
    }

    private static IEnumerable<double> PlainQ6(byte[] block)
    {
        var scale = (double)BitConverter.ToHalf(block, 208);
        for (var i = 0; i < 256; i++)
        {
            var (half, place) = (i / 128, i % 128);
            var q = (block[(half * 64) + (place % 64)] >> (place / 64 * 4) & 15) + ((block[128 + (half * 32) + (place % 32)] >> (place / 32 * 2) & 3) * 16);
            yield return scale * (sbyte)block[192 + (i / 16)] * (q - 32);
        }
    }

    private static float[] RoundTrip(BlockFormat format, float[] numbers)
    {
        var bytes = new byte[format.RowBytes(numbers.Length)];
        format.Encode(numbers, bytes);
        return Decode(format, bytes, numbers.Length);
    }

    private static float[] Decode(BlockFormat format, byte[] bytes, int columns)
    {
        var region = new NativeBuffer(bytes.Length).Region;
        bytes.CopyTo(region.AsSpan<byte>());
        var row = new float[columns];
        new Weight(format, 1, columns, [new(region, 1)]).DecodeRow(0, row);
        return row;
    }
}
