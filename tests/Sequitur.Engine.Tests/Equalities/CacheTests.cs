using Sequitur.Kernels;

namespace Sequitur.Engine.Tests.Equalities;

/// <summary>What is kept of the past changes nothing (float32), or little (float16).</summary>
public sealed class CacheTests
{
    // Generated models; real ones are judged by their tests.
    private const float Float16Bound = 0.05f;

    [Theory]
    [MemberData(nameof(Variant.Float32Caches), MemberType = typeof(Variant))]
    public void Plan_WithoutCache_EqualsTheFloat32Cache(string name, int length)
    {
        var variant = Variant.Of(name);
        variant.Model.Equalities.Cached.ShouldBeTrue();
        using var runner = new Runner(new RunnerOptions(variant) { Cache = null });

        runner.Logits(Variant.Tokens(length)).ShouldBeBitwise(Whole.Logits(variant, length), "logits");
    }

    [Theory]
    [MemberData(nameof(Variant.EachLength), MemberType = typeof(Variant))]
    public void Plan_Float16Cache_IsNearTheFloat32RunWithoutCache(string name, int length)
    {
        var variant = Variant.Of(name);
        var ids = Variant.Tokens(length);
        using var uncached = new Runner(new RunnerOptions(variant.Model, Integer: false, Cache: null));
        using var cached = new Runner(new RunnerOptions(variant.Model, Integer: false, Cache: ElementType.F16));
        var (expected, actual) = (uncached.Logits(ids), cached.Logits(ids));

        var difference = expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max();
        difference.ShouldBeLessThanOrEqualTo(Float16Bound);
        difference.ShouldBeGreaterThan(0);
    }
}
