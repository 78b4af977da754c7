using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Memory;
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
    public void Finish_GivesTheBytesOfPanelsPackedWhenRead(string name, int threads)
    {
        var format = BlockFormats.Find(name)!;
        var weights = Enumerable.Range(1, 4).Select(i => Weights.Random(format, 333 * i, 1024, i)).ToArray();
        var begun = Places(weights);
        new PanelPacking(begun, threads).Finish();

        for (var i = 0; i < weights.Length; i++)
        {
            var (panels, memory) = begun[i];
            panels.IsPacked.ShouldBeTrue();
            using var scratch = new NativeBuffer(panels.PanelBytes);
            for (var panel = 0L; panel < panels.Count; panel++)
            {
                var unpacked = new WeightPanels(weights[i]).Panel(panel, scratch.Region.Address);
                new ReadOnlySpan<byte>(unpacked, (int)panels.PanelBytes).SequenceEqual(memory.Slice(panel * panels.PanelBytes, panels.PanelBytes).AsSpan<byte>()).ShouldBeTrue($"weight {i}, panel {panel}");
            }
        }
    }

    [Fact]
    public void Constructor_MemoryOfAnotherSize_Throws()
    {
        var panels = new WeightPanels(Weights.Random(new F32(), 20, 8, 1));
        Should.Throw<ArgumentException>(() => new PanelPacking([new(panels, new NativeBuffer(panels.Bytes + 64).Region)], threads: 1));
    }

    [Fact]
    public void Abandon_LeavesWeightsUnpacked()
    {
        var weights = Enumerable.Range(1, 4).Select(i => Weights.Random(new F32(), 3000, 256, i)).ToArray();
        var places = Places(weights);
        new PanelPacking(places, threads: 1).Abandon();
        places.ShouldAllBe(place => !place.Panels.IsPacked);
    }

    private static PanelPlace[] Places(Weight[] weights) =>
        [.. weights.Select(weight => new WeightPanels(weight)).Select(panels => new PanelPlace(panels, new NativeBuffer(panels.Bytes).Region))];
}
