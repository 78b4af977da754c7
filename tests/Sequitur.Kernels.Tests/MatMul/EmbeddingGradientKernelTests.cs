using Sequitur.Kernels.MatMul;

namespace Sequitur.Kernels.Tests.MatMul;

public class EmbeddingGradientKernelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(64)]
    [InlineData(200)]
    public void Run_RepeatedAndForeignIds_AddRowsInOrder(int columns)
    {
        int[] list = [2, 0, 2, -1, 5, 2, 6, 0, int.MaxValue];
        var ids = KernelHarness.Of(list.Length, 1, list);
        var dy = KernelHarness.Random(list.Length, columns, 1);
        var dw = KernelHarness.EqualOnAllTiers(
            () => KernelHarness.Empty(6, columns), (processor, output) => new EmbeddingGradientKernel(processor, ids, dy, output));
        for (var word = 0; word < 6; word++)
        {
            for (var k = 0; k < columns; k++)
            {
                var sum = 0f;
                for (var r = 0; r < list.Length; r++)
                {
                    sum += list[r] == word ? KernelHarness.Row<float>(dy, r)[k] : 0;
                }

                KernelHarness.Row<float>(dw, word)[k].ShouldBe(sum);
            }
        }
    }
}
