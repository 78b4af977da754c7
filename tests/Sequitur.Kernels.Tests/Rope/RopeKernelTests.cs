using Sequitur.Kernels.Rope;
using Sequitur.Kernels.Tests.Attention;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Rope;

public class RopeKernelTests
{
    public static TheoryData<int, int, int, int, RopeLayout, bool> Shapes
    {
        get
        {
            var data = new TheoryData<int, int, int, int, RopeLayout, bool>();
            foreach (var layout in Enum.GetValues<RopeLayout>())
            {
                foreach (var inverse in new[] { false, true })
                {
                    data.Add(1, 2, 0, 2, layout, inverse);
                    data.Add(3, 8, 0, 8, layout, inverse);
                    data.Add(2, 64, 0, 64, layout, inverse);
                    data.Add(2, 72, 6, 62, layout, inverse);
                    data.Add(2, 40, 8, 32, layout, inverse);
                    data.Add(2, 5, 1, 0, layout, inverse);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Run_OnEveryTier_RotatesPairsAndCopiesTheRest(int heads, int headDim, int first, int rotaryDim, RopeLayout layout, bool inverse)
    {
        var (ragged, x) = (Ragged.Whole(3, 1, 5), Random(9, heads * headDim, 1));
        Row<float>(x, 2).Clear();
        Row<float>(x, 3).Fill(-0f);
        var table = Table(ragged, rotaryDim / 2);
        var y = EqualOnAllTiers(
            () => Empty(9, heads * headDim),
            (processor, output) => new RopeKernel(processor, x, table, output, headDim, first, rotaryDim, layout, inverse));
        for (var row = 0; row < 9; row++)
        {
            for (var column = 0; column < heads * headDim; column++)
            {
                ((double)Row<float>(y, row)[column]).ShouldBe(Plain(x, table, row, column, headDim, first, rotaryDim, layout, inverse), 2e-7 * 4);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Run_InPlace_GivesTheSameBits(int heads, int headDim, int first, int rotaryDim, RopeLayout layout, bool inverse)
    {
        var (x, table, y) = (Random(9, heads * headDim, 1), Table(Ragged.Whole(9), rotaryDim / 2), Empty(9, heads * headDim));
        Run(new RopeKernel(Processor.Reference, x, table, y, headDim, first, rotaryDim, layout, inverse));
        foreach (var processor in Processor.Available)
        {
            var both = Copy(x);
            Run(new RopeKernel(processor, both, table, both, headDim, first, rotaryDim, layout, inverse));
            Bits(both).ShouldBe(Bits(y));
        }
    }

    [Fact]
    public void Run_OfATable_RoundsTheAngleOnce()
    {
        var ragged = new Ragged([0, 100_000], [3, 2], [1, 0]);
        var (frequencies, scale) = (Random(2, 7, 5), Of(2, 1, [1f, 1.25f]));
        var table = EqualOnAllTiers(
            () => Empty(5, 14),
            (processor, output) => new RopeTableKernel(processor, ragged.Rows, frequencies, scale, output));
        for (var row = 0; row < 5; row++)
        {
            var (s, position) = row < 2 ? (1, 100_000 + row) : (0, row - 2);
            for (var i = 0; i < 7; i++)
            {
                double angle = position * Row<float>(frequencies, s)[i];
                ((double)Row<float>(table, row)[i]).ShouldBe(Math.Cos(angle) * Row<float>(scale, s)[0], 2e-7);
                ((double)Row<float>(table, row)[7 + i]).ShouldBe(Math.Sin(angle) * Row<float>(scale, s)[0], 2e-7);
            }
        }
    }

    [Fact]
    public void Constructor_WithColumnsOutsideAHead_Throws()
    {
        var (x, table) = (Random(2, 16, 1), Random(2, 6, 2));
        void Bind(int headDim, int first, int rotaryDim) =>
            _ = new RopeKernel(Processor.Reference, x, table, x, headDim, first, rotaryDim, RopeLayout.HalfSplit, false);
        Bind(8, 2, 6);
        Should.Throw<ArgumentException>(() => Bind(8, 4, 6));
        Should.Throw<ArgumentException>(() => Bind(8, -1, 6));
        Should.Throw<ArgumentException>(() => Bind(7, 0, 6));
        Should.Throw<ArgumentException>(() => Bind(8, 0, 4));
        Should.Throw<ArgumentException>(() => Bind(8, 0, 5));
    }

    private static Operand Table(Ragged ragged, int n)
    {
        var table = Empty(ragged.Total, 2 * n);
        var sequences = ragged.Counts.Length;
        float[] ones = [.. Enumerable.Repeat(1f, sequences)];
        Run(new RopeTableKernel(Processor.Reference, ragged.Rows, Random(sequences, n, 3), Of(sequences, 1, ones), table));
        return table;
    }

    private static double Plain(Operand x, Operand table, int row, int column, int headDim, int first, int rotaryDim, RopeLayout layout, bool inverse)
    {
        var (place, half) = ((column % headDim) - first, rotaryDim / 2);
        var values = Row<float>(x, row);
        if (place < 0 || place >= rotaryDim)
        {
            return values[column];
        }

        var isFirst = layout == RopeLayout.HalfSplit ? place < half : place % 2 == 0;
        var pair = layout == RopeLayout.HalfSplit ? place % half : place / 2;
        var other = column + ((isFirst ? 1 : -1) * (layout == RopeLayout.HalfSplit ? half : 1));
        var (cos, sin) = ((double)Row<float>(table, row)[pair], (double)Row<float>(table, row)[half + pair] * (inverse ? -1 : 1));
        return (values[column] * cos) + (values[other] * sin * (isFirst ? -1 : 1));
    }
}
