using System.Runtime.InteropServices;
using Sequitur.Kernels.Attention;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Attention;

public class AttentionKernelTests
{
    public static TheoryData<int, int, int, int, bool, int, float> Shapes => new()
    {
        // heads, key heads, key size, value size, causal, window, soft cap
        { 1, 1, 1, 1, true, 0, 0 },
        { 2, 2, 8, 16, true, 0, 0 },
        { 3, 1, 12, 20, true, 0, 0 },
        { 6, 2, 16, 48, true, 70, 0 },
        { 4, 1, 17, 64, false, 0, 0 },
        { 5, 1, 4, 80, false, 33, 20 },
        { 2, 1, 64, 96, true, 257, 5 },
    };

    private static AttentionShape Shape(int heads, int keyHeads, int keyDim, int valueDim, bool causal, int window, float cap) =>
        AttentionCase.Shaped(heads, keyHeads, keyDim, valueDim, causal, window, cap > 0 ? [new SoftCap(cap)] : []);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Run_OnEveryTier_GivesTheReferencesBits(int heads, int keyHeads, int keyDim, int valueDim, bool causal, int window, float cap)
    {
        var data = new AttentionCase(Shape(heads, keyHeads, keyDim, valueDim, causal, window, cap), [1, 63, 0, 64, 65, 255, 256, 257, 300]);
        var expected = data.Uncached(Processor.Reference);
        foreach (var processor in Processor.Available)
        {
            foreach (var chunk in new[] { long.MaxValue, 7 })
            {
                var actual = data.Uncached(processor, chunk);
                actual.Output.ShouldBe(expected.Output, $"{processor.Tier}, chunks of {chunk}");
                actual.LogSumExp.ShouldBe(expected.LogSumExp, $"{processor.Tier}, chunks of {chunk}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Run_AgainstPlainSoftmaxInDouble_IsClose(int heads, int keyHeads, int keyDim, int valueDim, bool causal, int window, float cap)
    {
        var data = new AttentionCase(Shape(heads, keyHeads, keyDim, valueDim, causal, window, cap), [1, 65, 513]);
        var (output, lse) = data.Uncached(Processor.Reference);
        var plain = PlainAttention.Of(data, cap);
        Close(output, plain.Output);
        Close(lse, plain.LogSumExp);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Run_ThroughF32Pages_GivesTheUncachedBits(int heads, int keyHeads, int keyDim, int valueDim, bool causal, int window, float cap)
    {
        var data = new AttentionCase(Shape(heads, keyHeads, keyDim, valueDim, causal, window, cap), [1, 64, 65, 257, 330]);
        foreach (var processor in Processor.Available)
        {
            var expected = data.Uncached(processor);

            // A query that sees later keys cannot be computed before they are written: only whole.
            foreach (var rows in causal ? [1000, 1, 37, 64, 256] : new[] { 1000 })
            {
                var actual = data.Cached(processor, ElementType.F32, rows, seed: rows);
                actual.Output.ShouldBe(expected.Output, $"{processor.Tier}, {rows} rows at once");
                actual.LogSumExp.ShouldBe(expected.LogSumExp, $"{processor.Tier}, {rows} rows at once");
            }
        }
    }

    [Theory]
    [InlineData(1, 1, 8, 16, 0, 513)]
    [InlineData(6, 2, 64, 64, 0, 129)]
    [InlineData(3, 1, 20, 36, 100, 300)]
    [InlineData(3, 1, 8, 16, 0, 1100)]
    [InlineData(4, 2, 4, 8, 600, 1400)]
    public void Run_ThroughF16Pages_GivesTheSameBitsOnEveryTierAndInAnyChunks(int heads, int keyHeads, int keyDim, int valueDim, int window, int length)
    {
        var data = new AttentionCase(Shape(heads, keyHeads, keyDim, valueDim, true, window, 0), [1, 63, length]);
        var expected = data.Cached(Processor.Reference, ElementType.F16, 1000);
        foreach (var processor in Processor.Available)
        {
            foreach (var rows in new[] { 1000, 1, 65 })
            {
                var actual = data.Cached(processor, ElementType.F16, rows, seed: rows, chunk: 5, noted: rows % 2 == 1);
                actual.Output.ShouldBe(expected.Output, $"{processor.Tier}, {rows} rows at once");
                actual.LogSumExp.ShouldBe(expected.LogSumExp, $"{processor.Tier}, {rows} rows at once");
            }
        }

        var exact = MemoryMarshal.Cast<byte, float>(data.Uncached(Processor.Reference).Output);
        var rounded = MemoryMarshal.Cast<byte, float>(expected.Output);
        for (var i = 0; i < exact.Length; i++)
        {
            rounded[i].ShouldBe(exact[i], 0.01);
        }
    }

    [Fact]
    public void Run_ThroughF16Pages_GivesTheBitsOfKeysAndValuesRoundedBefore()
    {
        var data = new AttentionCase(AttentionCase.Shaped(3, 1, 20, 36), [1, 300]);
        Row<float>(data.K, 3)[0] = 3e-6f;
        Row<float>(data.V, 3)[0] = 1e6f;
        var cached = data.Cached(Processor.Detected, ElementType.F16, 90);
        foreach (var operand in (Operand[])[data.K, data.V])
        {
            for (var row = 0; row < data.Batch.Total; row++)
            {
                foreach (ref var value in Row<float>(operand, row))
                {
                    value = (float)(Half)value;
                }
            }
        }

        var exact = data.Uncached(Processor.Reference);
        cached.Output.ShouldBe(exact.Output);
        cached.LogSumExp.ShouldBe(exact.LogSumExp);
    }

    [Theory]
    [InlineData(ElementType.F32, 100, 24, 16)]
    [InlineData(ElementType.F16, 5, 36, 33)]
    [InlineData(ElementType.Q8_0, 5, 36, 33)]
    [InlineData(ElementType.Q8_0, 2, 70, 66)]
    public void Run_WithValuesInKeys_ReadsThePrefixOfTheKey(ElementType format, int heads, int keyDim, int valueDim)
    {
        var shape = AttentionCase.Shaped(heads, 1, keyDim, valueDim);
        var data = new AttentionCase(shape, [1, 65, 258], valuesInKeys: true);
        var expected = format == ElementType.F32
            ? data.Uncached(Processor.Reference)
            : data.Cached(Processor.Reference, format, 1000);
        foreach (var processor in Processor.Available)
        {
            data.Cached(processor, format, 50, seed: 9).Output.ShouldBe(expected.Output, processor.Tier.ToString());
        }

        new AttentionCase(shape, [1, 65, 258]).Cached(Processor.Reference, format, 1000).Output.ShouldNotBe(expected.Output);
    }

    [Fact]
    public void Run_InABatch_GivesTheBitsOfTheSequenceAlone()
    {
        var shape = AttentionCase.Shaped(4, 2, 16, 32);
        var batch = new AttentionCase(shape, [100, 70, 3]);
        foreach (var processor in Processor.Available)
        {
            var together = MemoryMarshal.Cast<byte, float>(batch.Uncached(processor).Output)[..(100 * 4 * 32)].ToArray();
            var alone = new AttentionCase(shape, [100]);
            for (var row = 0; row < 100; row++)
            {
                Row<float>(batch.Q, row).CopyTo(Row<float>(alone.Q, row));
                Row<float>(batch.K, row).CopyTo(Row<float>(alone.K, row));
                Row<float>(batch.V, row).CopyTo(Row<float>(alone.V, row));
            }

            MemoryMarshal.Cast<byte, float>(alone.Uncached(processor).Output).ToArray().ShouldBe(together);
        }
    }

    [Fact]
    public void Run_CrossAttention_CountsTheKeysOfTheOtherDimension()
    {
        var shape = AttentionCase.Shaped(2, 1, 8, 16, causal: false);
        var (queries, keys) = (Ragged.Whole(3, 1, 4), Ragged.Whole(70, 0, 300));
        var (q, k, v) = (Random(queries.Total, 16, 1), Random(keys.Total, 8, 2), Random(keys.Total, 16, 3));
        var fromRows = EqualOnAllTiers(
            () => Empty(queries.Total, 32),
            (processor, output) => new AttentionKernel(processor, q, new KeyValueRows(k, v, keys.Rows), queries.Rows, null, shape, output));
        var slot = new AttentionCase(shape, [70, 0, 300]).Slot(ElementType.F32, 5);
        var fromPages = EqualOnAllTiers(
            () => Empty(queries.Total, 32),
            (processor, output) =>
            {
                Run(new CacheWriteKernel(processor, k, v, keys.Rows, slot));
                return new AttentionKernel(processor, q, slot, queries.Rows, keys.Rows, shape, output);
            });
        Bits(fromPages).ShouldBe(Bits(fromRows));
        Row<float>(fromRows, 3).ToArray().ShouldAllBe(x => x == 0);
        Row<float>(fromRows, 4).ToArray().ShouldNotContain(0);
    }

    [Fact]
    public void Run_WithoutAVisibleKey_GivesZerosAndMinusInfinity()
    {
        var shape = AttentionCase.Shaped(2, 1, 4, 4, causal: false);
        var (queries, keys) = (Ragged.Whole(2), Ragged.Whole(0));
        foreach (var processor in Processor.Available)
        {
            var (output, lse) = (Empty(2, 8), Empty(2, 2));
            Run(new AttentionKernel(processor, Random(2, 8, 1), new KeyValueRows(Empty(0, 4), Empty(0, 4), keys.Rows), queries.Rows, null, shape, output, lse));
            Floats(output).ShouldAllBe(x => BitConverter.SingleToInt32Bits(x) == 0);
            Floats(lse).ShouldAllBe(x => float.IsNegativeInfinity(x));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Run_WithANonFiniteKey_AffectsOnlyTheRowsThatSeeIt(float bad)
    {
        var data = new AttentionCase(AttentionCase.Shaped(2, 1, 4, 20, window: 50), [300]);
        var clean = data.Uncached(Processor.Reference).Output;
        Row<float>(data.K, 130)[2] = bad;
        Row<float>(data.V, 131)[3] = bad;
        var expected = data.Uncached(Processor.Reference).Output;
        var width = 2 * 20 * sizeof(float);
        foreach (var processor in Processor.Available)
        {
            data.Uncached(processor).Output.ShouldBe(expected);
            data.Cached(processor, ElementType.F32, 41).Output.ShouldBe(expected);
        }

        expected[..(130 * width)].ShouldBe(clean[..(130 * width)]);
        expected[(181 * width)..].ShouldBe(clean[(181 * width)..]);
        expected[(130 * width)..(181 * width)].ShouldNotBe(clean[(130 * width)..(181 * width)]);
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(1, 1)]
    public void Run_ThroughF16Pages_GivesTheSameBitsWhetherSpecialsAreNotedOrLookedFor(int heads, int keyHeads)
    {
        var data = new AttentionCase(AttentionCase.Shaped(heads, keyHeads, 40, 48), [90, 300]);
        foreach (var bad in new[] { 0, float.NaN, float.PositiveInfinity, 1e6f })
        {
            (Row<float>(data.K, 50)[7], Row<float>(data.V, 200)[3]) = (bad, bad);
            var expected = data.Cached(Processor.Reference, ElementType.F16, 1);
            foreach (var processor in Processor.Available)
            {
                foreach (var noted in new[] { false, true })
                {
                    data.Cached(processor, ElementType.F16, 1, noted: noted).Output.ShouldBe(expected.Output, $"{processor.Tier}, {bad}, noted: {noted}");
                }
            }
        }
    }

    [Fact]
    public void Run_WithAPageOutsideThePool_Throws()
    {
        var data = new AttentionCase(AttentionCase.Shaped(1, 1, 4, 4), [65]);
        var slot = data.Slot(ElementType.F32, 1);
        var late = new Ragged([64 * 5], [1]);
        Should.Throw<InvalidOperationException>(() => Run(new CacheWriteKernel(Processor.Reference, Random(1, 4, 1), Random(1, 4, 1), late.Rows, slot)));
    }

    [Fact]
    public void Constructor_WithOperandsThatDoNotFit_Throws()
    {
        var data = new AttentionCase(AttentionCase.Shaped(2, 1, 8, 16), [4]);
        var rows = new KeyValueRows(data.K, data.V, data.Batch.Rows);
        AttentionKernel Bind(AttentionShape shape, Operand output) => new(Processor.Reference, data.Q, rows, data.Batch.Rows, null, shape, output);
        Should.Throw<ArgumentException>(() => Bind(data.Shape with { Heads = 3 }, data.Output()));
        Should.Throw<ArgumentException>(() => Bind(data.Shape with { KeyDim = 9 }, data.Output()));
        Should.Throw<ArgumentException>(() => Bind(data.Shape with { Window = -1 }, data.Output()));
        Should.Throw<ArgumentException>(() => Bind(data.Shape, Empty(5, 32)));
        Should.Throw<ArgumentException>(() => PagedSlot.BytesPerPage(ElementType.I32, 1, 8, 8, false));
        Should.Throw<ArgumentException>(() => PagedSlot.BytesPerPage(ElementType.F16, 1, 8, 9, true));
        Should.Throw<ArgumentException>(() => new SoftCap(0));
    }

    private static void Close(byte[] actual, double[] expected)
    {
        var floats = MemoryMarshal.Cast<byte, float>(actual);
        floats.Length.ShouldBe(expected.Length);
        for (var i = 0; i < floats.Length; i++)
        {
            ((double)floats[i]).ShouldBe(expected[i], 2e-6 * (1 + Math.Abs(expected[i])));
        }
    }
}
