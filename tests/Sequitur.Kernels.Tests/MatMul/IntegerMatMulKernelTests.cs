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
        foreach (var (view, w) in Weights.Views(format, 37, 96, 3))
        {
            foreach (var count in new[] { 1, 5 })
            {
                var rows = Weights.Decode(w);
                var plain = KernelHarness.Random(count, 96, 4);
                var x = Encoded(plain);
                var y = KernelHarness.EqualOnAllTiers(
                    () => KernelHarness.Empty(count, 37), (processor, output) => new IntegerMatMulKernel(processor, x, w, output));
                for (var r = 0; r < count; r++)
                {
                    var row = KernelHarness.Row<float>(plain, r).ToArray();
                    for (var o = 0; o < 37; o++)
                    {
                        KernelHarness.Row<float>(y, r)[o].ShouldBe((float)row.Zip(rows[o], (a, b) => (double)a * b).Sum(), 0.1f, view);
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
        foreach (var (rows, outputs, columns) in shapes)
        {
            var w = Weights.Random(format, outputs, columns, 5);
            var x = Encoded(KernelHarness.Random(rows, columns, 6));
            var bias = KernelHarness.Random(1, outputs, 7);
            var residual = KernelHarness.Random(rows, outputs, 8);
            KernelHarness.EqualOnAllTiers(
                () => KernelHarness.Copy(residual), (processor, output) => new IntegerMatMulKernel(processor, x, w, output, bias, output));
        }
    }

    [Theory]
    [MemberData(nameof(Weights.IntegerFormatNames), MemberType = typeof(Weights))]
    public void Run_OneRowOfInterleavedHeads_EqualsTheReferenceOnEveryTier(string name)
    {
        // Halves of a head stored as neighbouring pairs: panels of rows two apart, both ways.
        var stored = Weights.Random(BlockFormats.Find(name)!, 64, 96, 3);
        var x = Encoded(KernelHarness.Random(1, 96, 4));
        foreach (var map in new[] { Enumerable.Range(0, 64).Select(i => (2 * i % 64) + (i / 32)), Enumerable.Range(0, 64).Reverse() })
        {
            var w = stored.PermuteRows([.. map]);
            KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(1, 64), (processor, output) => new IntegerMatMulKernel(processor, x, w, output));
        }
    }

    [Theory]
    [MemberData(nameof(Weights.IntegerFormatNames), MemberType = typeof(Weights))]
    public void Run_ExtremeIntegers_DoNotSaturate(string name)
    {
        // Random bytes reach q = 15, −128 and 127; x of one magnitude reaches ±127 everywhere.
        var format = BlockFormats.Find(name)!;
        var part = Weights.Part(format, 16, 64, 1);
        var bytes = part.Planes[0].AsSpan<byte>();
        foreach (var fill in new byte[] { 0xFF, 0x80, 0x7F })
        {
            bytes.Fill(fill);
            for (var block = 0; block < 32; block++)
            {
                var start = block * (int)format.RowBytes(32);
                BitConverter.TryWriteBytes(bytes[start..], (Half)1);
                if (format is QuantizedFormat { HasMinimum: true })
                {
                    BitConverter.TryWriteBytes(bytes[(start + 2)..], (Half)0);
                }
            }

            var w = new Weight(format, 16, 64, [part]);
            var x = KernelHarness.Empty(5, 64);
            for (var r = 0; r < 5; r++)
            {
                KernelHarness.Row<float>(x, r).Fill(r % 2 == 0 ? 127 : -127);
            }

            var encoded = Encoded(x);
            var y = KernelHarness.EqualOnAllTiers(
                () => KernelHarness.Empty(5, 16), (processor, output) => new IntegerMatMulKernel(processor, encoded, w, output));
            var expected = Weights.Decode(w)[0].Sum() * 127;
            KernelHarness.Row<float>(y, 0)[0].ShouldBe(expected);
            KernelHarness.Row<float>(y, 3)[15].ShouldBe(-expected);
            var alone = KernelHarness.Empty(1, 64, ElementType.Encoded8);
            KernelHarness.Row<byte>(encoded, 1).CopyTo(KernelHarness.Row<byte>(alone, 0));
            y = KernelHarness.EqualOnAllTiers(
                () => KernelHarness.Empty(1, 16), (processor, output) => new IntegerMatMulKernel(processor, alone, w, output));
            KernelHarness.Row<float>(y, 0)[9].ShouldBe(-expected);
        }
    }

    [Fact]
    public void Run_NaNInActivationsOrScales_SpoilsItsOwnOutputsOnly()
    {
        var part = Weights.Part(new Q8_0(), 20, 64, 5);
        part.Planes[0].Slice(7 * 68, 2).AsSpan<ushort>()[0] = 0x7E00;
        var w = new Weight(new Q8_0(), 20, 64, [part]);
        var x = KernelHarness.Random(5, 64, 6);
        KernelHarness.Row<float>(x, 1)[40] = float.PositiveInfinity;
        var encoded = Encoded(x);
        var y = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(5, 20), (processor, output) => new IntegerMatMulKernel(processor, encoded, w, output));
        for (var r = 0; r < 5; r++)
        {
            for (var o = 0; o < 20; o++)
            {
                float.IsNaN(KernelHarness.Row<float>(y, r)[o]).ShouldBe(o == 7 || r == 1);
            }
        }
    }

    [Fact]
    public void Constructor_DenseWeight_Throws() => Should.Throw<ArgumentException>(() => new IntegerMatMulKernel(
        Processor.Default, KernelHarness.Empty(1, 32, ElementType.Encoded8), Weights.Random(new F32(), 4, 32, 1), KernelHarness.Empty(1, 4)));

    private static Operand Encoded(Operand x)
    {
        var encoded = KernelHarness.Empty((int)x.Rows.Factor, x.Columns, ElementType.Encoded8);
        KernelHarness.Run(new EncodeKernel(Processor.Reference, x, encoded));
        return encoded;
    }
}
