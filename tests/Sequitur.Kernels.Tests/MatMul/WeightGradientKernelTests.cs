using Sequitur.Kernels.MatMul;

namespace Sequitur.Kernels.Tests.MatMul;

public class WeightGradientKernelTests
{
    [Theory]
    [InlineData(0, 3, 5)]
    [InlineData(1, 1, 1)]
    [InlineData(7, 33, 17)]
    [InlineData(64, 32, 48)]
    [InlineData(255, 5, 16)]
    [InlineData(256, 9, 15)]
    [InlineData(257, 8, 31)]
    [InlineData(700, 70, 40)]
    public void Run_AnyShape_SumsSpansOf256RowsOnEveryTier(int rows, int outputs, int columns)
    {
        var dy = KernelHarness.Random(rows, outputs, 1);
        var x = KernelHarness.Random(rows, columns, 2);
        var dw = KernelHarness.EqualOnAllTiers(
            () => KernelHarness.Empty(outputs, columns), (processor, output) => new WeightGradientKernel(processor, dy, x, output));
        var (o, k) = (outputs - 1, columns / 2);
        var total = 0f;
        var plain = 0.0;
        for (var first = 0; first < rows; first += 256)
        {
            var sum = 0f;
            for (var r = first; r < Math.Min(rows, first + 256); r++)
            {
                sum = MathF.FusedMultiplyAdd(KernelHarness.Row<float>(dy, r)[o], KernelHarness.Row<float>(x, r)[k], sum);
                plain += (double)KernelHarness.Row<float>(dy, r)[o] * KernelHarness.Row<float>(x, r)[k];
            }

            total += sum;
        }

        KernelHarness.Row<float>(dw, o)[k].ShouldBe(total);
        ((double)total).ShouldBe(plain, 1e-4);
    }
}
