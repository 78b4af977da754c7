using Sequitur.Kernels;

namespace Sequitur.Engine.Tests.Equalities;

/// <summary>What is kept of the past changes nothing (float32), or little (float16, bytes).</summary>
public sealed class CacheTests
{
    // Generated models; real ones are judged by their tests.
    private const float Float16Bound = 0.05f;

    // Bytes keep 7 bits beside a block's largest number where binary16 keeps 11 of each: sixteen times as coarse.
    private const float ByteBound = 16 * Float16Bound;

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
    [MemberData(nameof(Variant.KeepingKeys), MemberType = typeof(Variant))]
    public void Plan_Float16Cache_IsNearTheFloat32RunWithoutCache(string name, int length) => IsNear(name, length, ElementType.F16, Float16Bound);

    [Theory]
    [MemberData(nameof(Variant.ByteCaches), MemberType = typeof(Variant))]
    public void Plan_ByteCache_IsNearTheFloat32RunWithoutCache(string name, int length) => IsNear(name, length, ElementType.Q8_0, ByteBound);

    private static void IsNear(string name, int length, ElementType format, float bound)
    {
        var variant = Variant.Of(name);
        var ids = Variant.Tokens(length);
        using var uncached = new Runner(new RunnerOptions(variant.Model, Integer: false, Cache: null) { KeepAll = true });
        using var cached = new Runner(new RunnerOptions(variant.Model, Integer: false, Cache: format) { KeepAll = true });
        var (expected, actual) = (uncached.Logits(ids), cached.Logits(ids));
        var rows = SameChoices(uncached, cached, length);

        rows.ShouldBeGreaterThanOrEqualTo(Math.Min(length, 40));
        var difference = expected.Zip(actual, (a, b) => Math.Abs(a - b)).Take(rows * Families.Vocabulary).Max();
        difference.ShouldBeLessThanOrEqualTo(bound);
        difference.ShouldBeGreaterThan(0);
    }

    // Routing is a choice: where rounding tips it, another expert answers, and from there on no bound can be given. So this counts the rows before the first such one.
    private static int SameChoices(Runner first, Runner second, int rows)
    {
        foreach (var (name, tensor) in first.Lowered.Named.Where(v => v.Value.Type == ElementType.I32 && v.Value.Shape.Rows.Symbol == "tokens"))
        {
            var (a, b) = (first.Integers(name), second.Integers(name));
            var differs = Enumerable.Range(0, a.Length).FirstOrDefault(i => a[i] != b[i], a.Length);
            rows = Math.Min(rows, differs / tensor.Shape.Columns);
        }

        return rows;
    }
}
