namespace Sequitur.Engine.Tests.Equalities;

/// <summary>Who computes a row never changes its bits.</summary>
public sealed class ThreadTests
{
    private const int Attempts = 50;

    [Theory]
    [MemberData(nameof(Variant.EachLength), MemberType = typeof(Variant))]
    public void Plan_OnTwoThreads_EqualsOneThread(string name, int length)
    {
        var variant = Variant.Of(name);
        using var runner = new Runner(new RunnerOptions(variant) { Threads = 2, CountItems = true });

        // A short program may end before the second thread has come.
        for (var attempt = 0; attempt < Attempts && !Shared(runner); attempt++)
        {
            runner.Logits(Variant.Tokens(length)).ShouldBeBitwise(Whole.Logits(variant, length), "logits");
        }

        Shared(runner).ShouldBeTrue("both threads compute items");
    }

    [Theory]
    [MemberData(nameof(Variant.Names), MemberType = typeof(Variant))]
    public void Plan_OnThreeThreadsInChunks_EqualsOneThread(string name)
    {
        var variant = Variant.Of(name);
        using var runner = new Runner(new RunnerOptions(variant) { Threads = 3 });

        runner.Logits(Variant.Tokens(257), 100, 1, 1, 20).ShouldBeBitwise(Whole.Logits(variant, 257), "logits");
    }

    private static bool Shared(Runner runner) => runner.Plan.Variants.Any(v => v.ItemsByThread[0] > 0 && v.ItemsByThread[1] > 0);
}
