using Sequitur.Kernels;

namespace Sequitur.Engine.Tests.Equalities;

/// <summary>The equalities on a real model, at a few lengths.</summary>
[Collection(nameof(Alone))]
public sealed class SmolLmTests
{
    private static readonly RunnerOptions Default = new(SmolLm.Model, Integer: true, ElementType.F16) { Tokens = 330, Sequences = 2, Context = 330, Threads = 2 };
    private static readonly Dictionary<int, float[]> Known = [];

    [Theory]
    [InlineData(65)]
    [InlineData(257)]
    public void Plan_InChunks_EqualsTheWhole(int length)
    {
        using var runner = new Runner(Default);

        runner.Logits(Tokens(length), 5, 1, 9, 40).ShouldBeBitwise(Whole(length), "logits");
        runner.Runs.ShouldBe(5);
    }

    [Fact]
    public void Plan_TwoSequencesInOneBatch_EqualsEachAlone()
    {
        using var runner = new Runner(Default with { PageSeed = 3 });
        using var first = runner.Open();
        using var second = runner.Open();

        runner.Step((first, Tokens(65)), (second, Tokens(257)));

        runner.Rows.ShouldBe(65 + 257);
        first.Logits.ShouldBeBitwise(Whole(65), "65 tokens");
        second.Logits.ShouldBeBitwise(Whole(257), "257 tokens");
    }

    [Theory]
    [InlineData(65)]
    [InlineData(257)]
    public void Plan_OnTwoThreads_EqualsOneThread(int length)
    {
        using var runner = new Runner(Default with { Threads = 1 });
        using var both = new Runner(Default with { CountItems = true });

        runner.Logits(Tokens(length)).ShouldBeBitwise(Whole(length), "one thread");
        Sharing.RepeatUntilShared(both.Plan, () => both.Logits(Tokens(length)).ShouldBeBitwise(Whole(length), "two threads"));
    }

    [Theory]
    [InlineData(65)]
    [InlineData(257)]
    public void Plan_Unfused_EqualsFused(int length)
    {
        using var runner = new Runner(Default with { WithoutFusions = ["*"] });

        runner.Plan.Fired.ShouldBeEmpty();
        runner.Logits(Tokens(length)).ShouldBeBitwise(Whole(length), "logits");
    }

    [Theory]
    [InlineData(true, ElementType.F16)]
    [InlineData(true, ElementType.Q8_0)]
    [InlineData(false, ElementType.F32)]
    public void Plan_OnEveryTier_EqualsTheScalarTier(bool integer, ElementType cache)
    {
        var ids = Tokens(8);
        var options = Default with { Integer = integer, Cache = cache };
        using var reference = new Runner(options with { Processor = Processor.Reference });
        var expected = reference.Logits(ids, 5, 1);
        foreach (var processor in Processor.Available.Skip(1))
        {
            using var runner = new Runner(options with { Processor = processor });
            runner.Logits(ids, 2).ShouldBeBitwise(expected, $"{processor.Tier}");
        }
    }

    [Fact]
    public void Plan_WithoutCache_EqualsTheFloat32Cache()
    {
        using var cached = new Runner(Default with { Integer = false, Cache = ElementType.F32 });
        using var uncached = new Runner(Default with { Integer = false, Cache = null });

        cached.Logits(Tokens(65), 64).ShouldBeBitwise(uncached.Logits(Tokens(65)), "logits");
    }

    private static float[] Whole(int length)
    {
        if (!Known.TryGetValue(length, out var logits))
        {
            using var runner = new Runner(Default);
            logits = runner.Logits(Tokens(length));
            runner.Runs.ShouldBe(1);
            Known[length] = logits;
        }

        return logits;
    }

    private static int[] Tokens(int length) => [.. Enumerable.Range(0, length).Select(i => 300 + (int)((uint)((i + 1) * 2654435761L) % 40_000))];
}
