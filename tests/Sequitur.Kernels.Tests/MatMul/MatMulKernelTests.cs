using Sequitur.Kernels.Formats;
using Sequitur.Kernels.MatMul;

namespace Sequitur.Kernels.Tests.MatMul;

public class MatMulKernelTests
{
    [Theory]
    [MemberData(nameof(Weights.FormatNames), MemberType = typeof(Weights))]
    public void Run_AllViewsOfAWeight_EqualTheReferenceOnEveryTier(string name)
    {
        var format = BlockFormats.Find(name)!;
        var columns = Weights.Width(format, 96);
        foreach (var (view, w) in Weights.Views(format, 37, columns, 3))
        {
            var rows = Weights.Decode(w);
            foreach (var (panels, count) in Weights.Panels(w).SelectMany(panels => new[] { (panels, 1), (panels, 5) }))
            {
                var x = KernelHarness.Random(count, columns, 4);
                var y = KernelHarness.EqualOnAllTiers(
                    () => KernelHarness.Empty(count, 37), (processor, output) => new MatMulKernel(processor, x, panels, output));
                for (var r = 0; r < count; r++)
                {
                    var row = KernelHarness.Row<float>(x, r).ToArray();
                    for (var o = 0; o < 37; o++)
                    {
                        KernelHarness.Row<float>(y, r)[o].ShouldBe((float)row.Zip(rows[o], (a, b) => (double)a * b).Sum(), 1e-4f * MathF.Max(1, rows[o].Max(MathF.Abs)), view);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(0, 16)]
    [InlineData(1, 1)]
    [InlineData(2, 15)]
    [InlineData(3, 17)]
    [InlineData(4, 33)]
    [InlineData(6, 130)]
    [InlineData(8, 7)]
    [InlineData(13, 64)]
    [InlineData(31, 5)]
    public void Run_AnyRowsAndColumns_EqualTheReferenceOnEveryTier(int rows, int columns)
    {
        foreach (var outputs in new[] { 1, 15, 16, 17, 48 })
        {
            foreach (var format in new BlockFormat[] { new F32(), new F16(), new BF16() })
            {
                var x = KernelHarness.Random(rows, columns, 6);
                var bias = KernelHarness.Random(1, outputs, 7);
                var residual = KernelHarness.Random(rows, outputs, 8);
                foreach (var panels in Weights.Panels(Weights.Random(format, outputs, columns, 5)))
                {
                    KernelHarness.EqualOnAllTiers(
                        () => KernelHarness.Empty(rows, outputs),
                        (processor, output) => new MatMulKernel(processor, x, panels, output, bias, residual));
                }
            }
        }
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(9000)]
    public void Run_LongRows_MergeBlocksOf4096InOrder(int columns)
    {
        var w = Weights.Random(new F32(), 18, columns, 5);
        var x = KernelHarness.Random(2, columns, 6, scale: 100);
        var y = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(2, 18), (processor, output) => new MatMulKernel(processor, x, w, output));
        var row = Weights.Decode(w)[17];
        var total = 0f;
        for (var first = 0; first < columns; first += 4096)
        {
            var sum = 0f;
            for (var k = first; k < Math.Min(columns, first + 4096); k++)
            {
                sum = MathF.FusedMultiplyAdd(KernelHarness.Row<float>(x, 1)[k], row[k], sum);
            }

            total = first == 0 ? sum : total + sum;
        }

        KernelHarness.Row<float>(y, 1)[17].ShouldBe(total);
    }

    [Fact]
    public void Run_ResidualIsTheOutput_AddsInPlace()
    {
        var w = Weights.Random(new Q4_1(), 40, 8192, 5);
        var x = KernelHarness.Random(3, 8192, 6);
        var start = KernelHarness.Random(3, 40, 7);
        var apart = KernelHarness.Empty(3, 40);
        KernelHarness.Run(new MatMulKernel(Processor.Reference, x, w, apart, default, start));
        var inPlace = KernelHarness.EqualOnAllTiers(
            () => KernelHarness.Copy(start), (processor, output) => new MatMulKernel(processor, x, w, output, default, output));
        KernelHarness.Bits(inPlace).ShouldBe(KernelHarness.Bits(apart));
    }

    [Fact]
    public void Run_MoreRowsThanATile_EqualsRowsAlone()
    {
        var w = Weights.Random(new F16(), 16, 33, 5);
        var x = KernelHarness.Random(1030, 33, 6);
        KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(1030, 16), (processor, output) => new MatMulKernel(processor, x, w, output));
    }

    [Fact]
    public void Run_NaNScale_SpoilsItsOwnOutputsOnly()
    {
        var part = Weights.Part(new Q4_1(), 20, 64, 5);
        part.Planes[0].Slice(7 * 40, 2).AsSpan<ushort>()[0] = 0x7E00;
        var w = new Weight(new Q4_1(), 20, 64, [part]);
        var x = KernelHarness.Random(3, 64, 6);
        var y = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(3, 20), (processor, output) => new MatMulKernel(processor, x, w, output));
        for (var o = 0; o < 20; o++)
        {
            float.IsNaN(KernelHarness.Row<float>(y, 2)[o]).ShouldBe(o == 7);
        }
    }

    [Theory]
    [InlineData((ushort)0x7E00)]
    [InlineData((ushort)0x7C00)]
    [InlineData((ushort)0xFC00)]
    public void Run_SpecialHalf_SpoilsItsOwnOutputsOnly(ushort special)
    {
        foreach (var transposed in new[] { false, true })
        {
            var part = Weights.Part(new F16(), 20, 65, 5, transposed);
            part.Planes[0].AsSpan<ushort>()[transposed ? (64 * 20) + 7 : (7 * 65) + 64] = special;
            var w = new Weight(new F16(), 20, 65, [part], transposed);
            foreach (var rows in new[] { 1, 3 })
            {
                var x = KernelHarness.Random(rows, 65, 6);
                foreach (var panels in Weights.Panels(w))
                {
                    var y = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(rows, 20), (processor, output) => new MatMulKernel(processor, x, panels, output));
                    for (var o = 0; o < 20; o++)
                    {
                        float.IsFinite(KernelHarness.Row<float>(y, rows - 1)[o]).ShouldBe(o != 7);
                    }
                }
            }
        }
    }

    [Fact]
    public void Constructor_ShapesThatDoNotFit_Throws()
    {
        var w = Weights.Random(new F32(), 4, 8, 1);
        var (x, y) = (KernelHarness.Empty(2, 8), KernelHarness.Empty(2, 4));
        Should.Throw<ArgumentException>(() => new MatMulKernel(Processor.Default, KernelHarness.Empty(2, 7), w, y));
        Should.Throw<ArgumentException>(() => new MatMulKernel(Processor.Default, KernelHarness.Empty(3, 8), w, y));
        Should.Throw<ArgumentException>(() => new MatMulKernel(Processor.Default, x, w, KernelHarness.Empty(2, 5)));
        Should.Throw<ArgumentException>(() => new MatMulKernel(Processor.Default, x, w, y, KernelHarness.Empty(1, 3)));
        Should.Throw<ArgumentException>(() => new MatMulKernel(Processor.Default, x, w, y, default, KernelHarness.Empty(1, 4)));
        Should.Throw<ArgumentException>(() => new MatMulKernel(Processor.Default, KernelHarness.Empty(2, 8, ElementType.F16), w, y));
    }
}
