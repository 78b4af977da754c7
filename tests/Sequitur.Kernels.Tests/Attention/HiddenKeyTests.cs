using System.Runtime.InteropServices;
using Sequitur.Kernels.Attention;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Attention;

/// <summary>A key that only its own query sees.</summary>
public class HiddenKeyTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(299)]
    public void Run_WithAHiddenKey_GivesTheBitsOfEveryTierAndOfPages(int hidden)
    {
        var data = new AttentionCase(AttentionCase.Shaped(4, 2, 8, 16, terms: [new SoftCap(3), new HiddenKey(hidden)]), [1, 64, 300]);
        var expected = data.Uncached(Processor.Reference);
        foreach (var processor in Processor.Available)
        {
            data.Uncached(processor, 7).Output.ShouldBe(expected.Output, $"{processor.Tier}");
            foreach (var rows in new[] { 1000, 37, 1 })
            {
                data.Cached(processor, ElementType.F32, rows, seed: rows).Output.ShouldBe(expected.Output, $"{processor.Tier}, {rows} rows at once");
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(512)]
    public void Run_WithAHiddenKey_GivesThePlainSoftmaxOfTheOthers(int hidden)
    {
        var data = new AttentionCase(AttentionCase.Shaped(2, 1, 8, 16, terms: [new HiddenKey(hidden)]), [520]);
        var plain = Without(data, hidden);
        var (output, lse) = data.Uncached(Processor.Detected);
        var actual = MemoryMarshal.Cast<byte, float>(output).ToArray();
        actual.Length.ShouldBe(plain.Output.Length);
        for (var i = 0; i < actual.Length; i++)
        {
            ((double)actual[i]).ShouldBe(plain.Output[i], 1e-5);
        }

        MemoryMarshal.Cast<byte, float>(lse).ToArray().Zip(plain.LogSumExp).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-4);
    }

    // The first span holds nothing but the hidden key: 257 positions back it is out of the window.
    [Fact]
    public void Run_WithASpanThatHoldsOnlyTheHiddenKey_IsFinite()
    {
        var data = new AttentionCase(AttentionCase.Shaped(1, 1, 4, 4, window: 3, terms: [new HiddenKey(255)]), [258]);
        var plain = Without(data, 255);
        var actual = MemoryMarshal.Cast<byte, float>(data.Uncached(Processor.Detected).Output).ToArray();
        for (var i = 0; i < actual.Length; i++)
        {
            ((double)actual[i]).ShouldBe(plain.Output[i], 1e-5);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Gradient_WithAHiddenKey_IsTheDifferencesOfThePlainSoftmax(float cap)
    {
        const int Hidden = 2;
        const float Step = 1 / 1024f;
        ScoreTerm[] terms = cap > 0 ? [new SoftCap(cap), new HiddenKey(Hidden)] : [new HiddenKey(Hidden)];
        var data = new AttentionCase(AttentionCase.Shaped(2, 1, 4, 4, terms: terms), [7]);
        var rows = new KeyValueRows(data.K, data.V, data.Batch.Rows);
        var (output, lse, upstream) = (data.Output(), data.LogSumExp(), Random(data.Batch.Total, data.Output().Columns, 77));
        Run(new AttentionKernel(Processor.Reference, data.Q, rows, data.Batch.Rows, null, data.Shape, output, lse));
        var (q, k, v) = (Empty(7, data.Q.Columns), Empty(7, data.K.Columns), Empty(7, data.V.Columns));
        Run(new AttentionQueryGradientKernel(Processor.Detected, data.Q, rows, data.Batch.Rows, data.Shape, output, lse, upstream, q));
        Run(new AttentionKeyValueGradientKernel(Processor.Detected, data.Q, rows, data.Batch.Rows, data.Shape, output, lse, upstream, k, v));
        double Loss() => Without(data, Hidden, cap).Output.Zip(Floats(upstream), (a, b) => a * b).Sum();
        foreach (var (input, gradient) in new[] { (data.Q, q), (data.K, k), (data.V, v) })
        {
            for (var row = 0; row < 7; row++)
            {
                for (var column = 0; column < input.Columns; column++)
                {
                    var value = Row<float>(input, row)[column];
                    Row<float>(input, row)[column] = value + Step;
                    var above = Loss();
                    Row<float>(input, row)[column] = value - Step;
                    var below = Loss();
                    Row<float>(input, row)[column] = value;
                    var expected = (above - below) / ((value + Step) - (double)(value - Step));
                    ((double)Row<float>(gradient, row)[column]).ShouldBe(expected, 2e-5 * (1 + Math.Abs(expected)), $"row {row}, column {column}");
                }
            }
        }
    }

    private static (double[] Output, double[] LogSumExp) Without(AttentionCase data, int hidden, double cap = 0) =>
        PlainAttention.Of(data, cap, sees: (query, key) => key != hidden || query == hidden);
}
