using Sequitur.Kernels.Formats;
using Sequitur.Kernels.MatMul;

namespace Sequitur.Kernels.Tests.MatMul;

public class HeadMatMulKernelTests
{
    [Theory]
    [MemberData(nameof(Weights.FormatNames), MemberType = typeof(Weights))]
    public void Run_BothDirections_UseEachHeadsOwnRows(string name)
    {
        const int heads = 3, perHead = 40, first = 9, count = 21;
        var columns = Weights.Width(BlockFormats.Find(name)!, 64);
        foreach (var (view, w) in Weights.Views(BlockFormats.Find(name)!, heads * perHead, columns, 1))
        {
            var rows = Weights.Decode(w);
            foreach (var transposed in new[] { false, true })
            {
                var (inputs, outputs) = transposed ? (count, columns) : (columns, count);
                var x = KernelHarness.Random(6, heads * inputs, 2);
                var y = KernelHarness.EqualOnAllTiers(
                    () => KernelHarness.Empty(6, heads * outputs),
                    (processor, output) => new HeadMatMulKernel(processor, x, w, output, heads, perHead, first, count, transposed));
                for (var t = 0; t < 6; t++)
                {
                    for (var o = 0; o < heads * outputs; o++)
                    {
                        var head = o / outputs;
                        var sum = 0f;
                        for (var i = 0; i < inputs; i++)
                        {
                            var weight = transposed ? rows[(head * perHead) + first + i][o % outputs] : rows[(head * perHead) + first + (o % outputs)][i];
                            sum = MathF.FusedMultiplyAdd(KernelHarness.Row<float>(x, t)[(head * inputs) + i], weight, sum);
                        }

                        KernelHarness.Row<float>(y, t)[o].ShouldBe(sum, view);
                    }
                }
            }
        }
    }

    [Fact]
    public void Constructor_RowsOutsideAHead_Throws()
    {
        var w = Weights.Random(new F32(), 12, 8, 1);
        Should.Throw<ArgumentException>(() => Bind(rowsPerHead: 4, firstRow: 3, outputs: 6));
        Should.Throw<ArgumentException>(() => Bind(rowsPerHead: 5, firstRow: 1, outputs: 6));
        Should.Throw<ArgumentException>(() => Bind(rowsPerHead: 4, firstRow: 1, outputs: 7));
        Bind(rowsPerHead: 4, firstRow: 2, outputs: 6).ShouldNotBeNull();

        HeadMatMulKernel Bind(int rowsPerHead, int firstRow, int outputs) =>
            new(Processor.Default, KernelHarness.Empty(1, 24), w, KernelHarness.Empty(1, outputs), 3, rowsPerHead, firstRow, 2, false);
    }
}
