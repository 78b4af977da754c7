using Sequitur.Kernels.Routing;
using static Sequitur.Kernels.Tests.KernelHarness;

namespace Sequitur.Kernels.Tests.Tails;

internal static class RoutingCases
{
    private const int Tokens = 5;
    private const int Slots = 3;

    public static IEnumerable<KernelCase> All =>
    [
        new("router", typeof(TopKRouterKernel), n =>
        {
            var (k, scores, bias) = (Math.Min(n, Slots), Random(Tokens, n, n), Random(1, n, n + 1, 0.3f));
            var options = new RouterOptions { ExpertsPerToken = k, Groups = 1, TopGroups = 1, GroupScoreOf = 1, Renormalise = true, Scale = 1.5f };
            return n == 0 ? [] :
            [
                new(() => Empty(Tokens, k, ElementType.I32), (processor, ids) => new TopKRouterKernel(processor, scores, bias, ids, Empty(Tokens, k), options)),
                new(() => Empty(Tokens, k), (processor, weights) => new TopKRouterKernel(processor, scores, bias, Empty(Tokens, k, ElementType.I32), weights, options)),
            ];
        }),
        new("weighted slot sum", typeof(WeightedSlotSumKernel), Tokens, n => n, n =>
        {
            var (y, weights) = (Random(Tokens, Slots * n, n), Random(Tokens, Slots, n + 1));
            return (processor, sum) => new WeightedSlotSumKernel(processor, y, weights, sum);
        }),
    ];
}
