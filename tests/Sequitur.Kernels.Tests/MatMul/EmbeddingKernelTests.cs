using Sequitur.Kernels.Formats;
using Sequitur.Kernels.MatMul;

namespace Sequitur.Kernels.Tests.MatMul;

public class EmbeddingKernelTests
{
    [Theory]
    [MemberData(nameof(Weights.FormatNames), MemberType = typeof(Weights))]
    public void Run_Ids_GiveTheirRowsAndNaNOutside(string name)
    {
        var columns = Weights.Width(BlockFormats.Find(name)!, 96);
        foreach (var (view, w) in Weights.Views(BlockFormats.Find(name)!, 20, columns, 1))
        {
            int[] list = [3, 0, 19, -1, 3, 20, int.MaxValue, int.MinValue, 7];
            var ids = KernelHarness.Of(list.Length, 1, list);
            var y = KernelHarness.EqualOnAllTiers(
                () => KernelHarness.Empty(list.Length, columns), (processor, output) => new EmbeddingKernel(processor, ids, w, output));
            var rows = Weights.Decode(w);
            for (var r = 0; r < list.Length; r++)
            {
                var expected = list[r] is >= 0 and < 20 ? rows[list[r]] : [.. Enumerable.Repeat(float.NaN, columns)];
                KernelHarness.Row<float>(y, r).ToArray().ShouldBe(expected, view);
            }
        }
    }
}
