using Sequitur.Kernels.Reduce;

namespace Sequitur.Kernels.Tests.Reduce;

public sealed class ReductionTests
{
    [Fact]
    public void ColumnSum_AllShapes_EqualsReferenceAndFormula()
    {
        foreach (var columns in KernelHarness.Lengths.Where(columns => columns > 0))
        {
            foreach (var (rows, groups) in new[] { (0, 1), (1, 1), (3, 2), (255, 1), (256, 1), (257, 1), (100, 9), (770, 1) })
            {
                var x = KernelHarness.Random(rows, groups * columns, columns);
                var y = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(1, columns), (p, y) => new ColumnSumKernel(p, x, y));
                var expected = new double[columns];
                var values = KernelHarness.Floats(x);
                for (var i = 0; i < values.Length; i++)
                {
                    expected[i % columns] += values[i];
                }

                Close(y, expected, 1e-4);
            }
        }
    }

    [Fact]
    public void ColumnSum_ManyRows_AddsSpansOf256()
    {
        // 2²⁴ swallows ones added to it, but not the sum of a span of ones.
        var values = Enumerable.Repeat(1f, 512).ToArray();
        values[0] = 16777216;
        var x = KernelHarness.Of(512, 1, values);
        var y = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(1, 1), (p, y) => new ColumnSumKernel(p, x, y));
        KernelHarness.Floats(y)[0].ShouldBe(16777216 + 256);
    }

    [Fact]
    public void Softmax_AllShapes_EqualsReferenceAndFormula()
    {
        foreach (var width in KernelHarness.Lengths.Where(width => width > 0))
        {
            foreach (var (rows, groups) in new[] { (0, 1), (1, 1), (3, 2) })
            {
                var x = KernelHarness.Random(rows, groups * width, width, 20);
                var y = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(rows, groups * width), (p, y) => new SoftmaxKernel(p, x, y, width));
                double[] expected = [.. KernelHarness.Floats(x).Chunk(width).SelectMany(Softmax)];
                Close(y, expected, 1e-6);
                var inPlace = KernelHarness.Copy(x);
                KernelHarness.Run(new SoftmaxKernel(Processor.Detected, inPlace, inPlace, width));
                KernelHarness.Bits(inPlace).ShouldBe(KernelHarness.Bits(y));
            }
        }
    }

    [Fact]
    public void Softmax_Infinities_MaskOrGiveNaN()
    {
        const float inf = float.PositiveInfinity;
        var x = KernelHarness.Of(4, 3, [0f, -inf, 0, -inf, -inf, -inf, 0, inf, 0, 0, float.NaN, 1]);
        var y = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(4, 3), (p, y) => new SoftmaxKernel(p, x, y, 3));
        KernelHarness.Row<float>(y, 0).ToArray().ShouldBe([0.5f, 0, 0.5f]);
        KernelHarness.Row<float>(y, 1).ToArray().ShouldAllBe(v => float.IsNaN(v));
        KernelHarness.Row<float>(y, 3).ToArray().ShouldAllBe(v => float.IsNaN(v));
    }

    [Fact]
    public void CrossEntropy_AllShapes_EqualsReferenceAndFormula()
    {
        foreach (var classes in KernelHarness.Lengths.Append(1000).Where(classes => classes > 0))
        {
            var logits = KernelHarness.Random(6, classes, classes, 20);
            int[] targets = [0, classes - 1, -100, classes / 2, classes, int.MaxValue];
            var labels = KernelHarness.Of(6, 1, targets);
            var loss = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(6, 1), (p, loss) => new CrossEntropyKernel(p, logits, labels, loss));
            for (var row = 0; row < 6; row++)
            {
                var expected = targets[row] < 0 ? 0 : targets[row] >= classes ? double.NaN : Loss(KernelHarness.Row<float>(logits, row).ToArray(), targets[row]);
                Close(KernelHarness.Floats(loss)[row], expected, 1e-5);
            }
        }
    }

    [Fact]
    public void CrossEntropyGradient_AllShapes_EqualsReferenceAndFormula()
    {
        foreach (var classes in KernelHarness.Lengths.Append(1000).Where(classes => classes > 0))
        {
            var logits = KernelHarness.Random(5, classes, classes, 20);
            var dloss = KernelHarness.Random(5, 1, 3);
            int[] targets = [0, classes - 1, -1, classes / 2, classes];
            var labels = KernelHarness.Of(5, 1, targets);
            var actual = KernelHarness.EqualOnAllTiers(
                () => KernelHarness.Empty(5, classes), (p, d) => new CrossEntropyGradientKernel(p, logits, labels, dloss, d));
            for (var row = 0; row < 5; row++)
            {
                var softmax = Softmax(KernelHarness.Row<float>(logits, row).ToArray());
                for (var i = 0; i < classes; i++)
                {
                    var expected = (softmax[i] - (i == targets[row] ? 1 : 0)) * KernelHarness.Floats(dloss)[row];
                    Close(KernelHarness.Row<float>(actual, row)[i], targets[row] < 0 ? 0 : targets[row] >= classes ? double.NaN : expected, 1e-6);
                }
            }

            var inPlace = KernelHarness.Copy(logits);
            KernelHarness.Run(new CrossEntropyGradientKernel(Processor.Detected, inPlace, labels, dloss, inPlace));
            KernelHarness.Bits(inPlace).ShouldBe(KernelHarness.Bits(actual));
        }
    }

    private static double[] Softmax(float[] x)
    {
        double max = x.Max();
        var sum = x.Sum(v => Math.Exp(v - max));
        return [.. x.Select(v => Math.Exp(v - max) / sum)];
    }

    private static double Loss(float[] x, int label)
    {
        double max = x.Max();
        return Math.Log(x.Sum(v => Math.Exp(v - max))) + max - x[label];
    }

    private static void Close(double actual, double expected, double tolerance)
    {
        if (double.IsNaN(expected))
        {
            actual.ShouldBe(double.NaN);
        }
        else
        {
            actual.ShouldBe(expected, tolerance * Math.Max(1, Math.Abs(expected)));
        }
    }

    private static void Close(Operand actual, double[] expected, double tolerance)
    {
        var values = KernelHarness.Floats(actual);
        values.Length.ShouldBe(expected.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Close(values[i], expected[i], tolerance);
        }
    }
}
