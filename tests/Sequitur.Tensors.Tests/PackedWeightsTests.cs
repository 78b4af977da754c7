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

    [Theory]
    [InlineData("F32")]
    [InlineData("F16")]
    [InlineData("Q4_1")]
    [InlineData("Q4_K")]
    public void Pack_OfWhatWasBegun_PacksAllOfIt(string format)
    {
        var parameters = Enumerable.Range(1, 5).Select(i => Matrix(format, 700 * i, 256)).ToArray();
        var (weights, plain) = (new PackedWeights(), new PackedWeights());
        using var pool = new WorkPool(2);
        weights.Begin(parameters, threads: 2);
        weights.Begin(parameters, threads: 2); // once is enough
        foreach (var parameter in parameters)
        {
            weights.Get(parameter).ShouldBeSameAs(weights.Get(parameter));
            _ = plain.Get(parameter);
        }

        var late = weights.Get(Matrix(format, 30, 256));
        weights.Pack(pool);
        plain.Pack(pool);
        late.IsPacked.ShouldBeTrue();
        weights.Bytes.ShouldBe(plain.Bytes + late.Bytes);
        parameters.ShouldAllBe(parameter => weights.Get(parameter).IsPacked);
    }

    [Fact]
    public void Abandon_LeavesWhatWasBegunToPack()
    {
        var parameters = Enumerable.Range(1, 5).Select(_ => Matrix("F32", 900, 64)).ToArray();
        var weights = new PackedWeights();
        using var pool = new WorkPool(1);
        weights.Begin(parameters, threads: 1);
        weights.Abandon();
        weights.Get(parameters[3]).IsPacked.ShouldBeFalse();

        weights.Pack(pool);
        parameters.ShouldAllBe(parameter => weights.Get(parameter).IsPacked);
        weights.Bytes.ShouldBe(parameters.Sum(parameter => weights.Get(parameter).Bytes));
    }

    private static Parameter Matrix(string name = "F32", int rows = 20, int columns = 8)
    {
        var format = BlockFormats.Find(name)!;
        var memory = new NativeBuffer(rows * format.RowBytes(columns)).Region;
        new Random(rows).NextBytes(memory.AsSpan<byte>());
        return new("w", new Shape(rows, columns), new Weight(format, rows, columns, [new(memory, rows)]));
    }
}
