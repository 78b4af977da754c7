using Sequitur.Engine.Speculation;

namespace Sequitur.Engine.Tests.Speculation;

/// <summary>What is looked up: the last place that shares most of the last tokens.</summary>
public sealed class PromptLookupTests
{
    [Theory]
    [InlineData(new[] { 1, 2, 3, 4, 5, 1, 2 }, new[] { 3, 4, 5 }, 0)] // two tokens shared
    [InlineData(new[] { 1, 2, 3, 7, 9, 2, 3, 8, 5, 1, 2, 3 }, new[] { 7, 9, 2 }, 1)] // three are better than two that are nearer
    [InlineData(new[] { 1, 2, 3, 1, 2, 4, 9, 1, 2 }, new[] { 4, 9, 1 }, 0)] // of equals the last
    [InlineData(new[] { 7, 6, 6, 6 }, new[] { 6, 6, 6 }, 0)] // a copy that reaches the end goes on with itself
    [InlineData(new[] { 1, 2, 3, 1, 2, 3, 1, 2 }, new[] { 3, 1, 2 }, 2)]
    [InlineData(new[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 50, 0, 1, 2, 3, 4, 5, 6, 7, 8 }, new[] { 50, 0, 1 }, 3)]
    [InlineData(new[] { 1, 2, 3, 4, 5 }, new int[0], 0)]
    [InlineData(new[] { 5, 3, 9, 5 }, new int[0], 0)] // one token is no reason
    [InlineData(new[] { 4, 4 }, new int[0], 0)]
    [InlineData(new[] { 4 }, new int[0], 0)]
    [InlineData(new int[0], new int[0], 0)]
    public void Draft_History_GoesOnAsItDidBefore(int[] ids, int[] expected, int strength)
    {
        var draft = new int[3];
        var found = PromptLookup.Instance.Draft(ids, draft);

        draft.AsSpan(0, found.Count).ToArray().ShouldBe(expected);
        found.Strength.ShouldBe(strength);
    }

    [Theory]
    [InlineData(20, 4)]
    [InlineData(32, 5)]
    [InlineData(200, 5)]
    public void Draft_LongCopies_AreStrong(int shared, int strength)
    {
        int[] passage = [.. Enumerable.Range(100, shared)];
        int[] ids = [.. passage, 7, 8, 9, .. passage];
        var draft = new int[2];

        PromptLookup.Instance.Draft(ids, draft).ShouldBe(new Draft(2, strength));
        draft.ShouldBe([7, 8]);
    }

    // The rule in its plainest form: every place, every number of shared tokens.
    [Fact]
    public void Draft_AnyHistory_IsThatOfAPlainSearch()
    {
        var random = new Random(3);
        var found = 0;
        for (var trial = 0; trial < 2000; trial++)
        {
            int[] ids = [.. Enumerable.Range(0, random.Next(60)).Select(_ => random.Next(1 + (trial % 6)))];
            var draft = new int[1 + random.Next(9)];
            var (place, shared) = Search(ids);
            var drafted = PromptLookup.Instance.Draft(ids, draft);

            (drafted.Count > 0).ShouldBe(shared >= 2);
            if (drafted.Count > 0)
            {
                found++;
                int[] endless = [.. ids, .. draft];
                draft.ShouldBe(endless.AsSpan(place, draft.Length).ToArray());
            }
        }

        found.ShouldBeInRange(500, 1990);
    }

    private static (int Place, int Shared) Search(int[] ids)
    {
        var best = (Place: 0, Shared: 0);
        for (var place = ids.Length - 1; place >= 1; place--)
        {
            var shared = 0;
            while (shared < Math.Min(place, 32) && ids[place - 1 - shared] == ids[^(shared + 1)])
            {
                shared++;
            }

            best = shared > best.Shared ? (place, shared) : best;
        }

        return best;
    }
}
