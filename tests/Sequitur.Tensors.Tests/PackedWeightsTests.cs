using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Programs;
using Sequitur.Tensors.Weights;

namespace Sequitur.Tensors.Tests;

public class PackedWeightsTests
{
    [Fact]
    public void Get_SameVersionAndGroups_GivesTheSamePanels()
    {
        var (weights, parameter) = (new PackedWeights(), Matrix());
        var panels = weights.Get(parameter);
        weights.Get(parameter).ShouldBeSameAs(panels);
        weights.Get(parameter, groups: 2).ShouldNotBeSameAs(panels);
        panels.IsPacked.ShouldBeFalse();

        using var pool = new WorkPool(2);
        weights.Pack(pool);
        panels.IsPacked.ShouldBeTrue();
        weights.Bytes.ShouldBe(panels.Bytes + weights.Get(parameter, groups: 2).Bytes);
    }

    [Fact]
    public void Get_AfterTheNumbersChanged_GivesNewPanels()
    {
        var (weights, parameter) = (new PackedWeights(), Matrix());
        var old = weights.Get(parameter);
        using var pool = new WorkPool(1);
        weights.Pack(pool);

        parameter.Touch();

        var panels = weights.Get(parameter);
        panels.ShouldNotBeSameAs(old);
        panels.IsPacked.ShouldBeFalse();
        weights.Pack(pool);
        panels.IsPacked.ShouldBeTrue();
    }

    private static Parameter Matrix()
    {
        var format = BlockFormats.Find("F32")!;
        const int rows = 20, columns = 8;
        return new("w", new Shape(rows, columns), new Weight(format, rows, columns, [new(new NativeBuffer(rows * format.RowBytes(columns)).Region, rows)]));
    }
}
