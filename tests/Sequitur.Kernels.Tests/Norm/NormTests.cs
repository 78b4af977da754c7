using Sequitur.Kernels.Norm;

namespace Sequitur.Kernels.Tests.Norm;

public sealed class NormTests
{
    private const float Epsilon = 1e-5f;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Norms_AllWidthsAndGroups_EqualReferenceAndFormula(bool layer)
    {
        foreach (var (rows, groups, width) in Shapes())
        {
            foreach (var weightColumns in new[] { 0, width, groups * width })
            {
                var columns = groups * width;
                var x = KernelHarness.Random(rows, columns, width, 3);
                var weight = weightColumns == 0 ? default : KernelHarness.Random(1, weightColumns, 5);
                var bias = weightColumns == 0 ? default : KernelHarness.Random(1, weightColumns, 6);
                var y = KernelHarness.EqualOnAllTiers(
                    () => KernelHarness.Empty(rows, columns),
                    (p, y) => layer ? new LayerNormKernel(p, x, weight, bias, y, width, Epsilon) : new RmsNormKernel(p, x, weight, y, width, Epsilon, 1));
                Close(y, Exact(layer, x, weight, layer ? bias : default, width, layer ? 0 : 1));
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void InputGradients_AllWidthsAndGroups_EqualReferenceAndDifferences(bool layer)
    {
        foreach (var (rows, groups, width) in Shapes())
        {
            var columns = groups * width;
            var x = KernelHarness.Random(rows, columns, width, 3);
            var dy = KernelHarness.Random(rows, columns, width + 1);
            foreach (var weightColumns in new[] { 0, width, columns })
            {
                var weight = weightColumns == 0 ? default : KernelHarness.Random(1, weightColumns, 5);
                var dx = KernelHarness.EqualOnAllTiers(
                    () => KernelHarness.Empty(rows, columns),
                    (p, dx) => layer
                        ? new LayerNormGradientKernel(p, x, weight, dy, dx, width, Epsilon)
                        : new RmsNormGradientKernel(p, x, weight, dy, dx, width, Epsilon, 1));
                if (columns <= 64)
                {
                    Close(dx, Differences(layer, x, weight, dy, width), 1e-4);
                }
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WeightGradients_AllWidthsAndGroups_EqualReferenceAndFormula(bool layer)
    {
        (int, int, int)[] shapes = [.. Shapes(), (255, 1, 20), (256, 1, 20), (257, 1, 20), (600, 1, 5), (130, 2, 17), (40, 9, 16), (300, 1, 300)];
        foreach (var (rows, groups, width) in shapes)
        {
            var columns = groups * width;
            var x = KernelHarness.Random(rows, columns, width, 3);
            var dy = KernelHarness.Random(rows, columns, width + 1);
            foreach (var weightColumns in new[] { width, columns })
            {
                var actual = KernelHarness.EqualOnAllTiers(
                    () => KernelHarness.Empty(1, weightColumns),
                    (p, dw) => layer ? new LayerNormWeightGradientKernel(p, x, dy, dw, width, Epsilon) : new RmsNormWeightGradientKernel(p, x, dy, dw, width, Epsilon));
                var normal = Exact(layer, x, default, default, width, 0);
                var slopes = KernelHarness.Floats(dy);
                var expected = new double[weightColumns];
                for (var i = 0; i < normal.Length; i++)
                {
                    expected[i % columns % weightColumns] += normal[i] * slopes[i];
                }

                Close(actual, expected, 1e-4);
            }
        }
    }

    [Fact]
    public void Norms_SameMemory_ComputeInPlace()
    {
        var (x, weight, apart) = (KernelHarness.Random(3, 37, 1), KernelHarness.Random(1, 37, 2), KernelHarness.Empty(3, 37));
        KernelHarness.Run(new RmsNormKernel(Processor.Detected, x, weight, apart, 37, Epsilon, 0));
        KernelHarness.Run(new RmsNormKernel(Processor.Detected, x, weight, x, 37, Epsilon, 0));
        KernelHarness.Bits(x).ShouldBe(KernelHarness.Bits(apart));

        var dy = KernelHarness.Random(3, 37, 3);
        KernelHarness.Run(new LayerNormGradientKernel(Processor.Detected, x, weight, dy, apart, 37, Epsilon));
        KernelHarness.Run(new LayerNormGradientKernel(Processor.Detected, x, weight, dy, dy, 37, Epsilon));
        KernelHarness.Bits(dy).ShouldBe(KernelHarness.Bits(apart));
    }

    [Fact]
    public void Norms_NegativeZeroWeight_EqualReference()
    {
        var x = KernelHarness.Random(2, 20, 1);
        var zero = KernelHarness.Of(1, 20, Enumerable.Repeat(-0f, 20).ToArray());
        KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(2, 20), (p, y) => new LayerNormKernel(p, x, zero, default, y, 20, Epsilon));
        KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(2, 20), (p, y) => new LayerNormKernel(p, x, zero, zero, y, 20, Epsilon));
        KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(2, 20), (p, y) => new RmsNormKernel(p, x, zero, y, 20, Epsilon, 0));
    }

    [Fact]
    public void Norms_WidthDoesNotDivide_Throw()
    {
        var (x, y) = (KernelHarness.Random(2, 20, 1), KernelHarness.Empty(2, 20));
        Should.Throw<ArgumentException>(() => new RmsNormKernel(Processor.Reference, x, default, y, 7, Epsilon, 0));
        Should.Throw<ArgumentException>(() => new RmsNormKernel(Processor.Reference, x, default, y, 0, Epsilon, 0));
        Should.Throw<ArgumentException>(() => new RmsNormKernel(Processor.Reference, x, KernelHarness.Random(1, 7, 1), y, 10, Epsilon, 0));
        Should.Throw<ArgumentException>(() => new RmsNormKernel(Processor.Reference, x, KernelHarness.Random(2, 20, 1), y, 20, Epsilon, 0));
    }

    private static IEnumerable<(int Rows, int Groups, int Width)> Shapes()
    {
        foreach (var width in KernelHarness.Lengths.Where(width => width > 0))
        {
            yield return (0, 1, width);
            yield return (1, 1, width);
            yield return (5, 3, width);
        }

        yield return (2, 1, 576);
    }

    private static double[] Exact(bool layer, Operand x, Operand weight, Operand bias, int width, double offset) =>
        Exact(layer, [.. KernelHarness.Floats(x).Select(v => (double)v)], x.Columns, weight, bias, width, offset);

    private static double[] Exact(bool layer, double[] x, int columns, Operand weight, Operand bias, int width, double offset)
    {
        var y = new double[x.Length];
        for (var from = 0; from < x.Length; from += width)
        {
            var part = x.AsSpan(from, width).ToArray();
            var mean = layer ? part.Average() : 0;
            var r = 1 / Math.Sqrt(part.Average(v => (v - mean) * (v - mean)) + Epsilon);
            for (var i = 0; i < width; i++)
            {
                var column = (from % columns) + i;
                y[from + i] = (part[i] - mean) * r;
                y[from + i] *= weight.IsNone ? 1 : KernelHarness.Row<float>(weight, 0)[column % weight.Columns] + offset;
                y[from + i] += bias.IsNone ? 0 : KernelHarness.Row<float>(bias, 0)[column % bias.Columns];
            }
        }

        return y;
    }

    private static double[] Differences(bool layer, Operand x, Operand weight, Operand dy, int width)
    {
        double[] values = [.. KernelHarness.Floats(x).Select(v => (double)v)];
        var slopes = KernelHarness.Floats(dy);
        double Loss() => Exact(layer, values, x.Columns, weight, default, width, layer ? 0 : 1).Zip(slopes, (y, d) => y * d).Sum();
        var result = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            values[i] = value + 1e-6;
            var above = Loss();
            values[i] = value - 1e-6;
            result[i] = (above - Loss()) / 2e-6;
            values[i] = value;
        }

        return result;
    }

    private static void Close(Operand actual, double[] expected, double tolerance = 1e-5)
    {
        var values = KernelHarness.Floats(actual);
        values.Length.ShouldBe(expected.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            ((double)values[i]).ShouldBe(expected[i], tolerance * Math.Max(1, Math.Abs(expected[i])));
        }
    }
}
