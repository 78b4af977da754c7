using System.Buffers.Binary;
using Sequitur.Kernels.Formats;
using Sequitur.Kernels.MatMul;

namespace Sequitur.Kernels.Tests.MatMul;

public class IntegerMatMulKernelTests
{
    [Theory]
    [MemberData(nameof(Weights.IntegerFormatNames), MemberType = typeof(Weights))]
    public void Run_AllViewsOfAWeight_EqualTheReferenceOnEveryTier(string name)
    {
        var format = BlockFormats.Find(name)!;
        var columns = Weights.Width(format, 96);
        foreach (var (view, w) in Weights.Views(format, 37, columns, 3))
        {
            foreach (var count in new[] { 1, 5 })
            {
                var rows = Weights.Decode(w);
                var plain = KernelHarness.Random(count, columns, 4);
                var x = Encoded(plain);
                foreach (var panels in Weights.Panels(w))
                {
                    var y = KernelHarness.EqualOnAllTiers(
                        () => KernelHarness.Empty(count, 37), (processor, output) => new IntegerMatMulKernel(processor, x, panels, output));
                    for (var r = 0; r < count; r++)
                    {
                        var row = KernelHarness.Row<float>(plain, r).ToArray();
                        for (var o = 0; o < 37; o++)
                        {
                            // Eight bits of the largest of 32 numbers: errors of 1/254 each, of either sign.
                            var step = 0.015f * MathF.Sqrt(rows[o].Sum(number => number * number));
                            KernelHarness.Row<float>(y, r)[o].ShouldBe((float)row.Zip(rows[o], (a, b) => (double)a * b).Sum(), step, view);
                        }
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Weights.IntegerFormatNames), MemberType = typeof(Weights))]
    public void Run_AnyRowsOutputsAndChunks_EqualTheReferenceOnEveryTier(string name)
    {
        var format = BlockFormats.Find(name)!;
        (int Rows, int Outputs, int Columns)[] shapes =
        [
            (0, 16, 32), (1, 1, 32), (1, 48, 288), (1, 32, 16384), (1, 17, 16416), (2, 15, 64), (3, 17, 288), (4, 33, 320), (7, 16, 4096),
            (8, 16, 4128), (13, 5, 8224), (1030, 16, 32),
        ];
        foreach (var (rows, outputs, width) in shapes)
        {
            var columns = Weights.Width(format, width);
            var x = Encoded(KernelHarness.Random(rows, columns, 6));
            var bias = KernelHarness.Random(1, outputs, 7);
            var residual = KernelHarness.Random(rows, outputs, 8);
            foreach (var panels in Weights.Panels(Weights.Random(format, outputs, columns, 5)))
            {
                KernelHarness.EqualOnAllTiers(
                    () => KernelHarness.Copy(residual), (processor, output) => new IntegerMatMulKernel(processor, x, panels, output, bias, output));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Weights.IntegerFormatNames), MemberType = typeof(Weights))]
    public void Run_WithRemainders_AddsThemOrLeavesThemOut(string name)
    {
        var format = BlockFormats.Find(name)!;
        (int Rows, int Outputs, int Columns)[] shapes = [(0, 16, 32), (1, 37, 96), (1, 16, 4128), (5, 17, 288), (8, 15, 64), (1030, 3, 32)];
        foreach (var (rows, outputs, width) in shapes)
        {
            var columns = Weights.Width(format, width);
            var (plain, w) = (KernelHarness.Random(rows, columns, 6), Weights.Random(format, outputs, columns, 5));
            var (x, withRemainder, decoded) = (Encoded(plain), Encoded(plain, remainder: true), Weights.Decode(w));
            var (bias, residual) = (KernelHarness.Random(1, outputs, 7), KernelHarness.Random(rows, outputs, 8));
            foreach (var panels in Weights.Panels(w))
            {
                Operand Product(Operand x, bool precise, Operand bias, Operand residual) => KernelHarness.EqualOnAllTiers(
                    () => KernelHarness.Empty(rows, outputs), (processor, y) => new IntegerMatMulKernel(processor, x, panels, y, bias, residual, precise));

                KernelHarness.Bits(Product(withRemainder, precise: false, bias, residual)).ShouldBe(KernelHarness.Bits(Product(x, precise: false, bias, residual)));
                var y = Product(withRemainder, precise: true, default, default);
                var all = Product(withRemainder, precise: true, bias, residual);
                for (var r = 0; r < rows; r++)
                {
                    var row = KernelHarness.Row<float>(plain, r).ToArray();
                    for (var o = 0; o < outputs; o++)
                    {
                        // Two groups of integers of 8 bits: of what one loses, 1/254 remains. Sums in float32 round besides.
                        var step = (0.02 / 200 * Math.Sqrt(decoded[o].Sum(number => (double)number * number))) + 1e-6;
                        var sum = KernelHarness.Row<float>(y, r)[o];
                        ((double)sum).ShouldBe(row.Zip(decoded[o], (a, b) => (double)a * b).Sum(), step);
                        KernelHarness.Row<float>(all, r)[o].ShouldBe(sum + KernelHarness.Row<float>(bias, 0)[o] + KernelHarness.Row<float>(residual, r)[o]);
                    }
                }
            }
        }
    }

    [Fact]
    public void Constructor_PreciseWithoutRemainders_Throws() => Should.Throw<ArgumentException>(() => new IntegerMatMulKernel(
        Processor.Default, KernelHarness.Empty(1, 32, ElementType.Encoded8), Weights.Random(new Q8_0(), 4, 32, 1), KernelHarness.Empty(1, 4), precise: true));

    [Theory]
    [MemberData(nameof(Weights.IntegerFormatNames), MemberType = typeof(Weights))]
    public void Run_ExtremeIntegers_DoNotSaturate(string name)
    {
        // Bytes of one kind reach q = 15, −128 and 127 and the largest factors; x of one magnitude reaches ±127 everywhere.
        var format = BlockFormats.Find(name)!;
        var columns = Weights.Width(format, 64);
        var part = Weights.Part(format, 16, columns, 1);
        var bytes = part.Planes[0].AsSpan<byte>();
        foreach (var fill in new byte[] { 0xFF, 0x80, 0x7F, 0x00 })
        {
            bytes.Fill(fill);
            for (var start = 0; start < bytes.Length; start += (int)format.RowBytes(format.BlockColumns))
            {
                SetScalesToOne(name, bytes[start..]);
            }

            var w = new Weight(format, 16, columns, [part]);
            var x = KernelHarness.Empty(5, columns);
            for (var r = 0; r < 5; r++)
            {
                KernelHarness.Row<float>(x, r).Fill(r % 2 == 0 ? 127 : -127);
            }

            var encoded = Encoded(x);
            var expected = Weights.Decode(w)[0].Sum(number => (double)number) * 127;
            var alone = KernelHarness.Empty(1, columns, ElementType.Encoded8);
            KernelHarness.Row<byte>(encoded, 1).CopyTo(KernelHarness.Row<byte>(alone, 0));
            foreach (var panels in Weights.Panels(w))
            {
                var y = KernelHarness.EqualOnAllTiers(
                    () => KernelHarness.Empty(5, 16), (processor, output) => new IntegerMatMulKernel(processor, encoded, panels, output));
                ShouldBeNear(KernelHarness.Row<float>(y, 0)[0], expected, format, columns);
                ShouldBeNear(KernelHarness.Row<float>(y, 3)[15], -expected, format, columns);
                y = KernelHarness.EqualOnAllTiers(
                    () => KernelHarness.Empty(1, 16), (processor, output) => new IntegerMatMulKernel(processor, alone, panels, output));
                ShouldBeNear(KernelHarness.Row<float>(y, 0)[9], -expected, format, columns);
            }
        }
    }

    // Where a block has a binary16 number: d, or m.
    [Theory]
    [InlineData("Q4_0", 0)]
    [InlineData("Q4_1", 0)]
    [InlineData("Q4_1", 2)]
    [InlineData("Q5_0", 0)]
    [InlineData("Q5_1", 2)]
    [InlineData("Q8_0", 0)]
    [InlineData("IQ4_NL", 0)]
    [InlineData("Q4_K", 0)]
    [InlineData("Q4_K", 2)]
    [InlineData("Q6_K", 208)]
    public void Run_NaNOrInfinityInActivationsOrScales_SpoilsItsOwnOutputsOnly(string name, int place)
    {
        var format = BlockFormats.Find(name)!;
        var columns = Weights.Width(format, 64);
        foreach (var special in new ushort[] { 0x7E00, 0x7C00, 0xFC00 })
        {
            var part = Weights.Part(format, 20, columns, 5);
            BinaryPrimitives.WriteUInt16LittleEndian(part.Planes[0].AsSpan<byte>()[((int)(7 * format.RowBytes(columns)) + place)..], special);
            var w = new Weight(format, 20, columns, [part]);
            var x = KernelHarness.Random(5, columns, 6);
            KernelHarness.Row<float>(x, 1)[40] = float.PositiveInfinity;
            foreach (var rows in new[] { 5, 1 })
            {
                var encoded = Encoded(rows == 5 ? x : KernelHarness.Random(1, columns, 6));
                foreach (var panels in Weights.Panels(w))
                {
                    var y = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(rows, 20), (processor, output) => new IntegerMatMulKernel(processor, encoded, panels, output));
                    for (var r = 0; r < rows; r++)
                    {
                        for (var o = 0; o < 20; o++)
                        {
                            float.IsFinite(KernelHarness.Row<float>(y, r)[o]).ShouldBe(o != 7 && r != 1);
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public void Constructor_DenseWeight_Throws() => Should.Throw<ArgumentException>(() => new IntegerMatMulKernel(
        Processor.Default, KernelHarness.Empty(1, 32, ElementType.Encoded8), Weights.Random(new F32(), 4, 32, 1), KernelHarness.Empty(1, 4)));

    // Integers without factors add up exactly. With factors the groups' sums are exact, and adding them up (and minima) rounds, by a millionth of their largest magnitudes.
    private static void ShouldBeNear(float actual, double expected, BlockFormat format, int columns)
    {
        if (format.BlockColumns == 256)
        {
            ((double)actual).ShouldBe(expected, 127e-6 * columns * 4096);
        }
        else
        {
            ((double)actual).ShouldBe(expected);
        }
    }

    // Where ggml's blocks have binary16 scales (and minima).
    private static void SetScalesToOne(string name, Span<byte> block)
    {
        int[] places = name switch
        {
            "Q4_1" or "Q5_1" or "Q4_K" or "Q5_K" => [0, 2],
            "Q2_K" => [80, 82],
            "Q3_K" => [108],
            "Q6_K" => [208],
            "TQ1_0" => [52],
            "TQ2_0" => [64],
            "MXFP4" => [],
            _ => [0],
        };
        foreach (var place in places)
        {
            BitConverter.TryWriteBytes(block[place..], (Half)1);
        }

        if (name == "MXFP4")
        {
            block[0] = 128;
        }
    }

    private static Operand Encoded(Operand x, bool remainder = false)
    {
        var encoded = KernelHarness.Empty((int)x.Rows.Factor, (remainder ? 2 : 1) * x.Columns, ElementType.Encoded8);
        KernelHarness.Run(new EncodeKernel(Processor.Reference, x, encoded));
        return encoded;
    }
}
