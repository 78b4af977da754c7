namespace Sequitur.Engine.Tests.Equalities;

/// <summary>Who computes a row never changes its bits.</summary>
public sealed class ThreadTests
{
    [Theory]
    [MemberData(nameof(Variant.EachLength), MemberType = typeof(Variant))]
    public void Plan_OnTwoThreads_EqualsOneThread(string name, int length)
    {
        var variant = Variant.Of(name);
        using var runner = new Runner(new RunnerOptions(variant) { Threads = 2, CountItems = true });

        Sharing.RepeatUntilShared(runner.Plan, () => runner.Logits(Variant.Tokens(length)).ShouldBeBitwise(Whole.Logits(variant, length), "logits"));
    }

    [Theory]
    [MemberData(nameof(Variant.Names), MemberType = typeof(Variant))]
    public void Plan_OnThreeThreadsInChunks_EqualsOneThread(string name)
    {
        var variant = Variant.Of(name);
        using var runner = new Runner(new RunnerOptions(variant) { Threads = 3 });

        runner.Logits(Variant.Tokens(257), 100, 1, 1, 20).ShouldBeBitwise(Whole.Logits(variant, 257), "logits");
    }
}
