using Sequitur.Kernels.Measure;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Programs;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Measure;

public sealed class MeasureTests
{
    public static TheoryData<Tier> Tiers => [.. Processor.Available.Select(processor => processor.Tier)];

    [Theory]
    [MemberData(nameof(Tiers))]
    public void FloatPeak_FewRounds_IsTheRecurrence(Tier tier)
    {
        var y = Empty(3, FloatPeakKernel.Columns);
        Run(new FloatPeakKernel(new Processor(tier), y, 5));

        // x ← x/2 + 1, five times: 2 + (x − 2)/32, exact for multiples of 1/64 below 4
        for (var item = 0; item < 3; item++)
        {
            Row<float>(y, item).ToArray().ShouldBe(Enumerable.Range(0, FloatPeakKernel.Columns).Select(i => 2 + ((((i + item) / 64f) - 2) / 32)));
        }
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void IntegerPeak_MoreRoundsThanDiffer_IsTheSumOfProducts(Tier tier)
    {
        const int Rounds = 150;
        var y = Empty(2, IntegerPeakKernel.Columns, ElementType.I32);
        Run(new IntegerPeakKernel(new Processor(tier), y, Rounds));

        for (var item = 0; item < 2; item++)
        {
            for (var i = 0; i < IntegerPeakKernel.Columns; i++)
            {
                var (row, lane) = (i / 16, i % 16);
                var sum = (long)item;
                for (var position = 4 * lane; position < (4 * lane) + 4; position++)
                {
                    var x = (((31 * row) + (17 * position)) % 255) - 127;
                    sum += Enumerable.Range(0, Rounds).Sum(round => (long)(((7 * (round % 64)) + (13 * position)) % 64) * x);
                }

                Row<int>(y, item)[i].ShouldBe((int)sum);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void Read_BlocksAndATail_IsTheSumOfWords(Tier tier)
    {
        const int Words = (2 * ReadKernel.BlockWords) + 101;
        using var buffer = new NativeBuffer(Words * sizeof(int));
        var words = buffer.Region.AsSpan<int>();
        for (var i = 0; i < Words; i++)
        {
            words[i] = unchecked(i * (int)2654435761);
        }

        var y = Empty(3, ReadKernel.Sums, ElementType.I32);
        Run(new ReadKernel(new Processor(tier), buffer.Region, y));

        for (var block = 0; block < 3; block++)
        {
            var expected = new int[ReadKernel.Sums];
            for (var i = block * ReadKernel.BlockWords; i < Math.Min((block + 1) * ReadKernel.BlockWords, Words); i++)
            {
                expected[i % ReadKernel.Sums] += words[i];
            }

            Row<int>(y, block).ToArray().ShouldBe(expected);
        }
    }

    [Fact]
    public void Source_OfAnySize_IsWrittenToItsEnd()
    {
        using var source = MachineSpeed.Source((2 << 20) + 12);

        source.Region.Bytes.ShouldBe((2 << 20) + 12);
        source.Region.AsSpan<byte>().IndexOf((byte)0).ShouldBe(-1);
    }

    [Fact]
    public void Read_HalfAWord_IsRefused()
    {
        using var buffer = new NativeBuffer(6);
        Should.Throw<ArgumentException>(() => new ReadKernel(Processor.Reference, buffer.Region, Empty(1, ReadKernel.Sums, ElementType.I32))).Message.ShouldContain("whole number of words");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void MachineSpeed_EveryTier_MeasuresSomething(int threads)
    {
        using var pool = new WorkPool(threads);
        using var buffer = new NativeBuffer(1 << 20);
        foreach (var processor in Processor.Available)
        {
            var speed = new MachineSpeed(pool, processor, 0.001);
            foreach (var value in new[] { speed.ReadBytesPerSecond(buffer.Region), speed.FloatOperationsPerSecond(), speed.IntegerOperationsPerSecond(), speed.SecondsPerBarrier() })
            {
                double.IsFinite(value).ShouldBeTrue();
                value.ShouldBeGreaterThan(0);
            }
        }
    }
}
