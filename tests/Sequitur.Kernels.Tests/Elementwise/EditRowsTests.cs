using Sequitur.Kernels.Elementwise;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Elementwise;

/// <summary>Edits of rows, by what they say.</summary>
public class EditRowsTests
{
    [Fact]
    public void Run_AtPositions_ChangesTheirRowsAndColumnsOnly() =>
        Edit(new RowEdit([3, 7], 1, 2, 2, [10, 20, 30, 40]), 7, 5, 3).ShouldBe([1, 2 * 2 + 30, 3 * 2 + 40, 4, 5, 6, 7, 8, 9, 2 * 10 + 10, 2 * 11 + 20, 12]);

    [Fact]
    public void Run_OfAllRows_AddsTheSameNumbersToEach() =>
        Edit(new RowEdit(null, 0, 4, 1, [1, 0, -1, 2]), 0, 1, 2).ShouldBe([2, 2, 2, 6, 6, 6, 6, 10, 10, 10, 10, 14]);

    [Fact]
    public void Run_OfOneAddendForSeveralPositions_AddsItToEach() =>
        Edit(new RowEdit([0, 2], 3, 1, 1, [100]), 0, 1, 2).ShouldBe([1, 2, 3, 104, 5, 6, 7, 8, 9, 10, 11, 112]);

    [Fact]
    public void Run_WithScaleZero_ReplacesWhateverIsThere()
    {
        var x = Of(1, 3, [float.NaN, float.PositiveInfinity, 1]);
        var y = Empty(1, 3);
        Run(new EditRowsKernel(x, default, y, new RowEdit(null, 0, 2, 0, [5, -0f])));
        Bits(y).ShouldBe(Bits(Of(1, 3, [5, -0f, 1])));
        Run(new EditRowsKernel(x, default, y, new RowEdit(null, 0, 2, 0, null)));
        Floats(y).ShouldBe([0, 0, 1]);
    }

    [Fact]
    public void Run_WithScaleOne_KeepsEveryBit()
    {
        var x = Of(1, 4, [-0f, 1e-42f, 3, float.MaxValue]);
        var y = Empty(1, 4);
        Run(new EditRowsKernel(x, default, y, new RowEdit(null, 0, 4, 1, null)));
        Bits(y).ShouldBe(Bits(x));
    }

    [Fact]
    public void Run_InPlace_GivesTheSame()
    {
        var edit = new RowEdit([1], 0, 4, -1, null);
        var x = Of(2, 4, [1f, 2, 3, 4, 5, 6, 7, 8]);
        Run(new EditRowsKernel(x, Of(2, 1, [0, 1]), x, edit));
        Floats(x).ShouldBe([1, 2, 3, 4, -5, -6, -7, -8]);
    }

    [Theory]
    [InlineData(-1, 2, 2)]
    [InlineData(3, 2, 2)]
    [InlineData(0, 0, 0)]
    [InlineData(0, 2, 3)]
    public void Constructor_OfWhatDoesNotFit_IsRefused(int first, int columns, int addends)
    {
        var x = Random(2, 4, 1);
        Should.Throw<ArgumentException>(() => new EditRowsKernel(x, default, Empty(2, 4), new RowEdit(null, first, columns, 1, new float[addends])));
    }

    [Fact]
    public void Constructor_OfPositionsThatDoNotAscendOrAreNotGiven_IsRefused()
    {
        var x = Random(2, 4, 1);
        Should.Throw<ArgumentException>(() => new EditRowsKernel(x, Of(2, 1, [0, 1]), Empty(2, 4), new RowEdit([2, 2], 0, 4, 1, null)));
        Should.Throw<ArgumentException>(() => new EditRowsKernel(x, default, Empty(2, 4), new RowEdit([2], 0, 4, 1, null)));
    }

    // Rows 1 to 12 in four columns.
    private static float[] Edit(RowEdit edit, params int[] positions)
    {
        var x = Of(3, 4, [.. Enumerable.Range(1, 12).Select(i => (float)i)]);
        var y = Empty(3, 4);
        Run(new EditRowsKernel(x, edit.Positions is null ? default : Of(3, 1, positions), y, edit));
        return Floats(y);
    }
}
