using System.Runtime.InteropServices;
using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Numerics;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Attention;

/// <summary>Keys and values that are kept as Q8_0: what rounding does to them, and that nothing else happens to them.</summary>
public sealed unsafe class ByteCacheTests
{
    // Heads that are less than a block, blocks, and blocks with a rest; grouped heads, a window, lengths around spans.
    public static TheoryData<int, int, int, int, int, int> Shapes => new()
    {
        { 1, 1, 8, 16, 0, 513 },
        { 6, 2, 64, 64, 0, 129 },
        { 3, 1, 20, 36, 100, 300 },
        { 4, 2, 33, 80, 0, 257 },
        { 2, 1, 1, 1, 0, 70 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Run_ThroughPages_GivesTheSameBitsOnEveryTierAndInAnyChunks(int heads, int keyHeads, int keyDim, int valueDim, int window, int length)
    {
        var data = new AttentionCase(AttentionCase.Shaped(heads, keyHeads, keyDim, valueDim, window: window), [1, 63, length]);
        var expected = data.Cached(Processor.Reference, ElementType.Q8_0, 1000);
        foreach (var processor in Processor.Available)
        {
            foreach (var rows in new[] { 1000, 1, 65 })
            {
                var actual = data.Cached(processor, ElementType.Q8_0, rows, seed: rows, chunk: 5);
                actual.Output.ShouldBe(expected.Output, $"{processor.Tier}, {rows} rows at once");
                actual.LogSumExp.ShouldBe(expected.LogSumExp, $"{processor.Tier}, {rows} rows at once");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Run_ThroughPages_GivesTheBitsOfKeysAndValuesRoundedBefore(int heads, int keyHeads, int keyDim, int valueDim, int window, int length)
    {
        var data = new AttentionCase(AttentionCase.Shaped(heads, keyHeads, keyDim, valueDim, window: window), [1, length]);
        Row<float>(data.K, 3)[0] = 3e-9f;
        Row<float>(data.V, 3)[0] = 1e6f;
        var unrounded = data.Uncached(Processor.Reference).Output;
        var cached = data.Cached(Processor.Detected, ElementType.Q8_0, 90);
        for (var row = 0; row < data.Batch.Total; row++)
        {
            for (var head = 0; head < keyHeads; head++)
            {
                Round(Row<float>(data.K, row).Slice(head * keyDim, keyDim));
                Round(Row<float>(data.V, row).Slice(head * valueDim, valueDim));
            }
        }

        var exact = data.Uncached(Processor.Reference);
        cached.Output.ShouldBe(exact.Output);
        cached.LogSumExp.ShouldBe(exact.LogSumExp);
        cached.Output.ShouldNotBe(unrounded);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Run_WithANonFiniteKeyOrValue_ShowsInTheRowsThatSeeItAndNoOthers(float bad)
    {
        var data = new AttentionCase(AttentionCase.Shaped(2, 1, 4, 40, window: 50), [300]);
        var clean = MemoryMarshal.Cast<byte, float>(data.Cached(Processor.Reference, ElementType.Q8_0, 41).Output).ToArray();
        Row<float>(data.K, 130)[2] = bad;
        Row<float>(data.V, 200)[3] = bad;
        foreach (var processor in Processor.Available)
        {
            var actual = MemoryMarshal.Cast<byte, float>(data.Cached(processor, ElementType.Q8_0, 41).Output);
            for (var i = 0; i < actual.Length; i++)
            {
                // 2 heads of 40 numbers a row; of a value only the block is lost that the number stands in.
                var (row, number) = (i / 80, i % 40);
                var isLost = row is >= 130 and < 180 || (row is >= 200 and < 250 && number < 32);
                (isLost ? float.IsNaN(actual[i]) : actual[i] == clean[i]).ShouldBeTrue($"{processor.Tier}, row {row}, number {number}: {actual[i]}");
            }
        }
    }

    [Fact]
    public void Rounding_OnEveryTier_GivesTheSameIntegersAndScales()
    {
        // Ties, both zeros, nothing but zeros, subnormal scales, numbers beyond a binary16 scale.
        float[][] blocks =
        [
            [127, 0.5f, -0.5f, 1.5f, 2.5f, -2.5f, 3.5f, 126.5f, -126.5f, 0, -0f, 0.49999997f],
            [0, 0, 0, -0f, 0],
            [1e-44f, -2e-44f, 0], [1e-38f, 3e-39f, -1e-38f, 5e-39f], [3e-9f, -1e-9f], [1e-6f, 3e-6f],
            [9e6f, 1, 0, -9e6f], [float.MaxValue, 1, -1], [1, float.NaN, 2], [float.PositiveInfinity, 1, 0],
            .. Enumerable.Range(1, 32).Select(count => Enumerable.Range(0, count).Select(i => MathF.ScaleB(((i * 37) + count) % 61 - 30, count - 16)).ToArray()),
        ];
        foreach (var block in blocks)
        {
            var expected = Rounded<One>(Tier.Scalar, block)!;
            expected.ShouldBe(Plain(block), string.Join(' ', block));
            (Rounded<Four>(Tier.V128, block) ?? expected).ShouldBe(expected);
            (Rounded<Eight>(Tier.V256, block) ?? expected).ShouldBe(expected);
            (Rounded<Sixteen>(Tier.V512, block) ?? expected).ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData(ElementType.F32)]
    [InlineData(ElementType.F16)]
    [InlineData(ElementType.Q8_0)]
    public void CacheRounding_OfAKey_GivesWhatTheCacheGivesBack(ElementType format)
    {
        // One key, which every weight falls on: the result is its value.
        var data = new AttentionCase(AttentionCase.Shaped(1, 1, 8, 70), [1]);
        var value = Row<float>(data.V, 0).ToArray();
        CacheRounding.Round(format, value);
        MemoryMarshal.Cast<byte, float>(data.Cached(Processor.Detected, format, 1).Output).ToArray().ShouldBe(value);
        Should.Throw<ArgumentException>(() => CacheRounding.Round(ElementType.I32, new float[4]));
    }

    [Fact]
    public void BytesPerPage_CountsScalesAndPadding()
    {
        PagedSlot.BytesPerPage(ElementType.Q8_0, 3, 64, 64, false).ShouldBe(3 * 64 * (64 + 4 + 64 + 4));
        PagedSlot.BytesPerPage(ElementType.Q8_0, 1, 33, 17, false).ShouldBe(64 * (33 + 4 + 32 + 2));
        PagedSlot.BytesPerPage(ElementType.Q8_0, 1, 576, 512, true).ShouldBe(64 * (576 + 36));
    }

    private static int[]? Rounded<V>(Tier tier, float[] block)
        where V : struct, ILanes<V>
    {
        if (!Processor.IsSupported(tier))
        {
            return null;
        }

        var q = stackalloc float[ByteRounding.Block];
        fixed (float* x = block)
        {
            var scale = ByteRounding.Round<V>(x, block.Length, q);
            return [scale, .. new ReadOnlySpan<float>(q, block.Length).ToArray().Select(number => (int)(sbyte)number)];
        }
    }

    // As the format's definition says, in other words than the kernel's; integers behind a scale of zero or none do not matter, and are not compared.
    private static int[] Plain(float[] block)
    {
        var largest = block.Aggregate(0f, (max, x) => MathF.Max(max, MathF.Abs(x)));
        var scale = largest / 127;
        var inverse = scale == 0 ? 0 : Math.Min(1 / scale, float.MaxValue);
        return [BitConverter.HalfToUInt16Bits((Half)scale) & 0x7FFF, .. block.Select(x => float.IsNaN(x * inverse) ? 0 : (int)MathF.Round(x * inverse, MidpointRounding.AwayFromZero))];
    }

    private static void Round(Span<float> head)
    {
        for (var first = 0; first < head.Length; first += 32)
        {
            var block = head[first..Math.Min(first + 32, head.Length)];
            var plain = Plain(block.ToArray());
            for (var i = 0; i < block.Length; i++)
            {
                block[i] = (float)BitConverter.UInt16BitsToHalf((ushort)plain[0]) * plain[1 + i];
            }
        }
    }
}
