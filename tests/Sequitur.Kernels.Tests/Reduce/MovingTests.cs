using Sequitur.Kernels.Reduce;

namespace Sequitur.Kernels.Tests.Reduce;

public sealed class MovingTests
{
    [Theory]
    [InlineData(5, 1, 20, 20, 0, 0, 20)]
    [InlineData(5, 3, 20, 33, 4, 11, 13)]
    [InlineData(1, 2, 7, 3, 6, 0, 1)]
    [InlineData(0, 2, 7, 3, 6, 0, 1)]
    [InlineData(3, 2, 7, 7, 2, 2, 0)]
    public void CopyAndPad_Groups_MoveTheSliceAlone(int rows, int groups, int sourceWidth, int width, int from, int to, int count)
    {
        var x = KernelHarness.Random(rows, groups * sourceWidth, 1);
        var old = KernelHarness.Random(rows, groups * width, 2);
        var copy = KernelHarness.EqualOnAllTiers(() => KernelHarness.Copy(old), (p, y) => new CopyColumnsKernel(p, x, y, groups, from, to, count));
        var pad = KernelHarness.EqualOnAllTiers(() => KernelHarness.Copy(old), (p, y) => new PadColumnsKernel(p, x, y, groups, from, to, count));
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < groups * width; column++)
            {
                var (group, i) = (column / width, column % width);
                var inside = i >= to && i < to + count;
                var moved = inside ? KernelHarness.Row<float>(x, row)[(group * sourceWidth) + from + i - to] : 0;
                KernelHarness.Row<float>(copy, row)[column].ShouldBe(inside ? moved : KernelHarness.Row<float>(old, row)[column]);
                KernelHarness.Row<float>(pad, row)[column].ShouldBe(moved);
            }
        }
    }

    [Fact]
    public void Copy_Integers_MovesThem()
    {
        var x = KernelHarness.Of(2, 4, [1, 2, 3, 4, 5, 6, 7, 8]);
        var y = KernelHarness.EqualOnAllTiers(() => KernelHarness.Of(2, 2, new int[4]), (p, y) => new CopyColumnsKernel(p, x, y, 2, 1, 0, 1));
        KernelHarness.Integers(y).ShouldBe([2, 4, 6, 8]);
    }

    [Fact]
    public void Copy_SliceOutside_Throws()
    {
        var (x, y) = (KernelHarness.Random(2, 8, 1), KernelHarness.Random(2, 8, 1));
        Should.Throw<ArgumentException>(() => new CopyColumnsKernel(Processor.Reference, x, y, 2, 3, 0, 2));
        Should.Throw<ArgumentException>(() => new CopyColumnsKernel(Processor.Reference, x, y, 2, 0, -1, 2));
        Should.Throw<ArgumentException>(() => new CopyColumnsKernel(Processor.Reference, x, y, 3, 0, 0, 2));
        Should.Throw<ArgumentException>(() => new CopyColumnsKernel(Processor.Reference, x, y, 2, 0, 0, int.MaxValue));
        Should.Throw<ArgumentException>(() => new CopyColumnsKernel(Processor.Reference, x, KernelHarness.Empty(2, 8, ElementType.I32), 1, 0, 0, 2));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Concat_Groups_JoinsEachGroup(int groups)
    {
        Operand[] xs = [KernelHarness.Random(3, 4, 1), KernelHarness.Random(3, 10, 2), KernelHarness.Random(3, 2, 3)];
        var y = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(3, 16), (p, y) => new ConcatKernel(p, xs, y, groups));
        for (var row = 0; row < 3; row++)
        {
            var expected = new List<float>();
            for (var group = 0; group < groups; group++)
            {
                foreach (var x in xs)
                {
                    var width = x.Columns / groups;
                    expected.AddRange(KernelHarness.Row<float>(x, row).Slice(group * width, width));
                }
            }

            KernelHarness.Row<float>(y, row).ToArray().ShouldBe(expected);
        }

        Should.Throw<ArgumentException>(() => new ConcatKernel(Processor.Reference, xs[..2], y, groups));
        Should.Throw<ArgumentException>(() => new ConcatKernel(Processor.Reference, xs, y, 3));
    }

    [Fact]
    public void Gather_IndicesInsideAndOutside_CopiesOrClears()
    {
        var x = KernelHarness.Random(4, 33, 1);
        int[] chosen = [3, 0, -1, 4, int.MaxValue, int.MinValue, 0];
        var indices = KernelHarness.Of(7, 1, chosen);
        var y = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(7, 33), (p, y) => new GatherRowsKernel(p, x, indices, y));
        for (var row = 0; row < 7; row++)
        {
            var expected = chosen[row] is >= 0 and < 4 ? KernelHarness.Row<float>(x, chosen[row]).ToArray() : new float[33];
            KernelHarness.Row<float>(y, row).ToArray().ShouldBe(expected);
        }
    }

    [Fact]
    public void Gather_Integers_MovesThem()
    {
        var x = KernelHarness.Of(3, 1, [10, 20, 30]);
        var y = KernelHarness.EqualOnAllTiers(
            () => KernelHarness.Of(2, 1, [0, 0]), (p, y) => new GatherRowsKernel(p, x, KernelHarness.Of(2, 1, [2, 1]), y));
        KernelHarness.Integers(y).ShouldBe([30, 20]);
    }

    [Fact]
    public void ScatterAdd_RepeatedAndOutsideIndices_AddsInOrder()
    {
        foreach (var columns in KernelHarness.Lengths)
        {
            var chosen = new int[300];
            var random = new Random(4);
            for (var i = 0; i < chosen.Length; i++)
            {
                chosen[i] = random.Next(-1, 7);
            }

            var dy = KernelHarness.Random(300, columns, 5);
            var indices = KernelHarness.Of(300, 1, chosen);
            var dx = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(6, columns), (p, dx) => new ScatterAddRowsKernel(p, dy, indices, dx));
            var expected = new float[6 * columns];
            for (var row = 0; row < 300; row++)
            {
                for (var column = 0; column < columns && chosen[row] is >= 0 and < 6; column++)
                {
                    expected[(chosen[row] * columns) + column] += KernelHarness.Row<float>(dy, row)[column];
                }
            }

            KernelHarness.Floats(dx).ShouldBe(expected);
        }
    }

    [Fact]
    public void Fill_AnyShape_SetsAll()
    {
        var y = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(5, 19), (p, y) => new FillKernel(p, y, -2.5f));
        KernelHarness.Floats(y).ShouldAllBe(v => v == -2.5f);
    }
}
