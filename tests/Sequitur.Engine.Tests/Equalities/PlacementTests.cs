namespace Sequitur.Engine.Tests.Equalities;

/// <summary>How much a plan has room for, and where pages lie, changes no bit.</summary>
public sealed class PlacementTests
{
    [Theory]
    [MemberData(nameof(Variant.EachLength), MemberType = typeof(Variant))]
    public void Plan_OfAnyCapacity_GivesTheSameBits(string name, int length)
    {
        var variant = Variant.Of(name);
        foreach (var capacity in (int[])[32, 100, 512])
        {
            using var runner = new Runner(new RunnerOptions(variant) { Tokens = capacity });

            runner.Logits(Variant.Tokens(length), Enumerable.Repeat(capacity, 32)).ShouldBeBitwise(Whole.Logits(variant, length), $"capacity {capacity}");
            runner.Runs.ShouldBe((length + capacity - 1) / capacity);
        }
    }

    [Theory]
    [MemberData(nameof(Variant.EachLength), MemberType = typeof(Variant))]
    public void Plan_OverPagesAnywhere_GivesTheSameBits(string name, int length)
    {
        var variant = Variant.Of(name);
        var placements = new HashSet<string>();
        foreach (var seed in (int[])[11, 12, 13])
        {
            using var runner = new Runner(new RunnerOptions(variant) { PageSeed = seed, Sequences = 3 });
            using var other = runner.Open();
            runner.Step((other, Variant.Tokens(70, 9)));
            using var stream = runner.Open();
            runner.Step((stream, Variant.Tokens(length)));

            stream.Logits.ShouldBeBitwise(Whole.Logits(variant, length), $"pages in order {seed}");
            placements.Add(string.Join(' ', stream.Cache!.Table(variant.Model.Caches[0].Group.Name).ToArray()));
        }

        placements.Count.ShouldBeGreaterThan(1);
    }

    // A page that was used before holds old numbers, not NaN.
    [Theory]
    [MemberData(nameof(Variant.Names), MemberType = typeof(Variant))]
    public void Plan_OverUsedPages_GivesTheSameBits(string name)
    {
        var variant = Variant.Of(name);
        using var runner = new Runner(new RunnerOptions(variant));
        runner.Logits(Variant.Tokens(700, 4));

        runner.Logits(Variant.Tokens(257)).ShouldBeBitwise(Whole.Logits(variant, 257), "logits");
    }
}
