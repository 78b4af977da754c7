using Sequitur.Kernels.Routing;

namespace Sequitur.Kernels.Tests.Routing;

public sealed class RoutingTests
{
    [Fact]
    public void Router_PlainTopK_TakesTheBestTiesByLowerId()
    {
        var (ids, weights) = Route([0.1f, 0.4f, 0.2f, 0.4f], [], new() { ExpertsPerToken = 3 });
        ids.ShouldBe([1, 3, 2]);
        weights.ShouldBe([0.4f, 0.4f, 0.2f]);
    }

    [Fact]
    public void Router_Bias_ChoosesButDoesNotWeigh()
    {
        var (ids, weights) = Route([0.1f, 0.4f, 0.2f, 0.3f], [1, 0, 0.15f, 0], new() { ExpertsPerToken = 2, Renormalise = true, Scale = 2.5f });
        ids.ShouldBe([0, 1]);
        weights.ShouldBe([0.1f / (0.1f + 0.4f) * 2.5f, 0.4f / (0.1f + 0.4f) * 2.5f]);
    }

    [Fact]
    public void Router_GroupsByTheirBest_LeaveTheOthersOut()
    {
        float[] scores = [0.9f, 0.0f, 0.5f, 0.6f, 0.8f, 0.1f];
        Route(scores, [], new() { ExpertsPerToken = 2, Groups = 3, TopGroups = 1, GroupScoreOf = 1 }).Ids.ShouldBe([0, 1]);
        Route(scores, [], new() { ExpertsPerToken = 2, Groups = 3, TopGroups = 1, GroupScoreOf = 2 }).Ids.ShouldBe([3, 2]);
        Route(scores, [], new() { ExpertsPerToken = 3, Groups = 3, TopGroups = 2, GroupScoreOf = 1 }).Ids.ShouldBe([0, 4, 5]);
    }

    [Fact]
    public void Router_NegativeCorrectedScores_StillExcludesOtherGroups() =>
        Route([0.1f, 0.2f, 0.3f, 0.4f], [-5, -5, -9, -9], new() { ExpertsPerToken = 2, Groups = 2, TopGroups = 1, GroupScoreOf = 2 }).Ids.ShouldBe([1, 0]);

    [Fact]
    public void Router_NotANumber_RanksLastAndIdsStayDistinct()
    {
        const float nan = float.NaN;
        Route([nan, 0.1f, nan, 0.2f], [], new() { ExpertsPerToken = 3 }).Ids.ShouldBe([3, 1, 0]);
        Route([nan, nan, nan, nan], [], new() { ExpertsPerToken = 2, Groups = 2, TopGroups = 1, GroupScoreOf = 2 }).Ids.ShouldBe([0, 1]);
    }

    [Fact]
    public void Router_RandomScores_EqualsSortingOnAllTiers()
    {
        const int tokens = 50, experts = 64, groups = 8, top = 3, k = 6;
        var scores = KernelHarness.Random(tokens, experts, 1);
        var bias = KernelHarness.Random(1, experts, 2, 0.3f);
        var options = new RouterOptions { ExpertsPerToken = k, Groups = groups, TopGroups = top, GroupScoreOf = 2, Renormalise = true, Scale = 1.5f };
        var weights = KernelHarness.Empty(tokens, k);
        var ids = KernelHarness.EqualOnAllTiers(
            () => KernelHarness.Empty(tokens, k, ElementType.I32), (p, ids) => new TopKRouterKernel(p, scores, bias, ids, weights, options));
        var unwanted = KernelHarness.Empty(tokens, k, ElementType.I32);
        KernelHarness.EqualOnAllTiers(
            () => KernelHarness.Empty(tokens, k), (p, weights) => new TopKRouterKernel(p, scores, bias, unwanted, weights, options));
        for (var token = 0; token < tokens; token++)
        {
            var row = KernelHarness.Row<float>(scores, token).ToArray();
            var corrected = row.Zip(KernelHarness.Floats(bias), (s, b) => s + b).ToArray();
            var best = Enumerable.Range(0, groups)
                .OrderByDescending(g => corrected.Skip(g * 8).Take(8).OrderDescending().Take(2).Sum())
                .Take(top).ToHashSet();
            int[] expected = [.. Enumerable.Range(0, experts).Where(e => best.Contains(e / 8)).OrderByDescending(e => corrected[e]).Take(k)];
            KernelHarness.Row<int>(ids, token).ToArray().ShouldBe(expected);
            var sum = expected.Sum(e => (double)row[e]);
            for (var slot = 0; slot < k; slot++)
            {
                ((double)KernelHarness.Row<float>(weights, token)[slot]).ShouldBe(row[expected[slot]] / sum * 1.5, 1e-3 * Math.Abs(1 / sum));
            }
        }
    }

    [Fact]
    public void Router_ImpossibleOptions_Throw()
    {
        Should.Throw<ArgumentException>(() => Route([1, 2, 3, 4], [], new() { ExpertsPerToken = 5 }));
        Should.Throw<ArgumentException>(() => Route([1, 2, 3, 4], [], new() { ExpertsPerToken = 3, Groups = 2 }));
        Should.Throw<ArgumentException>(() => Route([1, 2, 3, 4], [], new() { ExpertsPerToken = 1, Groups = 3 }));
        Should.Throw<ArgumentException>(() => Route([1, 2, 3, 4], [], new() { ExpertsPerToken = 1, Groups = 0 }));
        Should.Throw<ArgumentException>(() => Route([1, 2, 3, 4], [], new() { ExpertsPerToken = 1, Groups = 2, TopGroups = 3 }));
        Should.Throw<ArgumentException>(() => Route([1, 2, 3, 4], [], new() { ExpertsPerToken = 1, GroupScoreOf = 3 }));
    }

    [Fact]
    public void WeightedSlotSum_AllShapes_EqualsReferenceAndFormula()
    {
        foreach (var n in KernelHarness.Lengths)
        {
            foreach (var (tokens, k) in new[] { (0, 2), (1, 1), (4, 3) })
            {
                var y = KernelHarness.Random(tokens, k * n, n);
                var weights = KernelHarness.Random(tokens, k, n + 1);
                var sum = KernelHarness.EqualOnAllTiers(() => KernelHarness.Empty(tokens, n), (p, sum) => new WeightedSlotSumKernel(p, y, weights, sum));
                for (var token = 0; token < tokens; token++)
                {
                    for (var i = 0; i < n; i++)
                    {
                        var expected = Enumerable.Range(0, k).Sum(s => (double)KernelHarness.Row<float>(weights, token)[s] * KernelHarness.Row<float>(y, token)[(s * n) + i]);
                        ((double)KernelHarness.Row<float>(sum, token)[i]).ShouldBe(expected, 1e-6);
                    }
                }
            }
        }
    }

    private static (int[] Ids, float[] Weights) Route(float[] scores, float[] bias, RouterOptions options)
    {
        var x = KernelHarness.Of(1, scores.Length, scores);
        var b = bias.Length == 0 ? default : KernelHarness.Of(1, bias.Length, bias);
        var ids = KernelHarness.Empty(1, options.ExpertsPerToken, ElementType.I32);
        var weights = KernelHarness.Empty(1, options.ExpertsPerToken);
        KernelHarness.Run(new TopKRouterKernel(Processor.Detected, x, b, ids, weights, options));
        return (KernelHarness.Integers(ids), KernelHarness.Floats(weights));
    }
}
