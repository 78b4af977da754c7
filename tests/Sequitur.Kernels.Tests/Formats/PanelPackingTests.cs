using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Programs;
using Sequitur.Kernels.Tests.MatMul;

namespace Sequitur.Kernels.Tests.Formats;

public unsafe class PanelPackingTests
{
    [Theory]
    [InlineData("F16", 0)]
    [InlineData("F16", 2)]
    [InlineData("Q4_1", 1)]
    [InlineData("Q8_0", 2)]
    [InlineData("Q4_K", 2)]
    public void Finish_GivesTheBytesOfPackingAtOnce(string name, int threads)
    {
        var format = BlockFormats.Find(name)!;
        var weights = Enumerable.Range(1, 4).Select(i => Weights.Random(format, 333 * i, 1024, i)).ToArray();
        var begun = Places(weights);
        new PanelPacking(begun, threads).Finish();

        var atOnce = Places(weights);
        using var pool = new WorkPool(2);
        WeightPanels.Pack(atOnce, pool);
        for (var i = 0; i < weights.Length; i++)
        {
            begun[i].Panels.IsPacked.ShouldBeTrue();
            begun[i].Panels.IsFinite.ShouldBe(atOnce[i].Panels.IsFinite);
            begun[i].Memory.AsSpan<byte>().SequenceEqual(atOnce[i].Memory.AsSpan<byte>()).ShouldBeTrue($"weight {i}");
        }
    }

    [Fact]
    public void Abandon_LeavesWeightsUnpacked()
    {
        var weights = Enumerable.Range(1, 4).Select(i => Weights.Random(new F32(), 3000, 256, i)).ToArray();
        var places = Places(weights);
        new PanelPacking(places, threads: 1).Abandon();
        places.ShouldAllBe(place => !place.Panels.IsPacked);
    }

    private static (WeightPanels Panels, Region Memory)[] Places(Weight[] weights) =>
        [.. weights.Select(weight => new WeightPanels(weight)).Select(panels => (panels, new NativeBuffer(panels.Bytes).Region))];
}
