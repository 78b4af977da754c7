using System.Collections.Concurrent;

namespace Sequitur.Engine.Tests.Equalities;

/// <summary>What everything is compared with: a sequence alone, in one run, on one thread, by a fused plan of the widest tier. Computed once for each variant and length.</summary>
internal static class Whole
{
    private static readonly ConcurrentDictionary<(Variant, int, int), Lazy<float[]>> Known = new();

    /// <summary>The logits of all positions.</summary>
    public static float[] Logits(Variant variant, int length, int seed = 1) => Known.GetOrAdd((variant, length, seed), key => new(() =>
    {
        using var runner = new Runner(new RunnerOptions(key.Item1));
        var logits = runner.Logits(Variant.Tokens(key.Item2, key.Item3));
        runner.Runs.ShouldBe(1);
        return logits;
    })).Value;
}
