using Sequitur.Kernels.Formats;
using Sequitur.Kernels.MatMul;

namespace Sequitur.Kernels.Tests.MatMul;

public class TransposedMatMulKernelTests
{
    [Theory]
    [MemberData(nameof(Weights.FormatNames), MemberType = typeof(Weights))]
    public void Run_AllViewsOfAWeight_EqualTheReferenceOnEveryTier(string name)
    {
        var columns = Weights.Width(BlockFormats.Find(name)!, 96);
        foreach (var (view, w) in Weights.Views(BlockFormats.Find(name)!, 37, columns, 3))
        {
            var rows = Weights.Decode(w);
            var dy = KernelHarness.Random(5, 37, 4);
            var dx = KernelHarness.EqualOnAllTiers(
                () => KernelHarness.Empty(5, columns), (processor, output) => new TransposedMatMulKernel(processor, dy, w, output));
            for (var r = 0; r < 5; r++)
            {
                for (var k = 0; k < columns; k++)
                {
                    var sum = 0f;
                    for (var o = 0; o < 37; o++)
                    {
                        sum = MathF.FusedMultiplyAdd(KernelHarness.Row<float>(dy, r)[o], rows[o][k], sum);
                    }

                    KernelHarness.Row<float>(dx, r)[k].ShouldBe(sum, view);
                }
            }
        }
    }

    [Theory]
    [InlineData(0, 5, 16)]
    [InlineData(1, 1, 1)]
    [InlineData(3, 17, 31)]
    [InlineData(9, 40, 33)]
    [InlineData(8, 16, 49)]
    [InlineData(2, 4097, 40)]
    [InlineData(1030, 3, 5)]
    public void Run_AnyShape_EqualsTheReferenceOnEveryTier(int rows, int outputs, int columns)
    {
        foreach (var transposed in new[] { false, true })
        {
            var w = Weights.Random(new F32(), outputs, columns, 5, transposed);
            var dy = KernelHarness.Random(rows, outputs, 6, scale: 100);
            KernelHarness.EqualOnAllTiers(
                () => KernelHarness.Empty(rows, columns), (processor, output) => new TransposedMatMulKernel(processor, dy, w, output));
        }
    }

    [Fact]
    public void Run_LongColumns_MergeBlocksOf4096InOrder()
    {
        var w = Weights.Random(new F32(), 9000, 3, 5);
        var rows = Weights.Decode(w);
        var dy = KernelHarness.Random(1, 9000, 6, scale: 100);
        var dx = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(1, 3), (processor, output) => new TransposedMatMulKernel(processor, dy, w, output));
        var sums = new float[3];
        for (var o = 0; o < 9000; o++)
        {
            sums[o / 4096] = MathF.FusedMultiplyAdd(KernelHarness.Row<float>(dy, 0)[o], rows[o][2], sums[o / 4096]);
        }

        KernelHarness.Row<float>(dx, 0)[2].ShouldBe(sums[0] + sums[1] + sums[2]);
    }
}
