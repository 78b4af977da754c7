using Sequitur.Kernels;

namespace Sequitur.Engine.Tests.Equalities;

/// <summary>What is kept of the past changes nothing (float32), or little (float16, bytes).</summary>
public sealed class CacheTests
{
    // Generated models; real ones are judged by their tests.
    private const float Float16Bound = 0.05f;

    // How much coarser bytes are, by the mean square of what rounding adds to numbers that are normally distributed with deviation σ: a block's step is its largest number / 127, 2.4σ / 127 for 32 of
    // them, and adds 1/√12 of it, 5.4e-3 σ; binary16 adds 2.1e-4 σ. Logits that so little moves, it moves in proportion; one row has a few times more or less than the mean of many.
    private const double Coarser = 25;
    private const double AtMostOff = 2;

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
    public void Plan_Float16Cache_IsNearTheFloat32RunWithoutCache(string name, int length)
    {
        using var uncached = Open(name, null);
        using var cached = Open(name, ElementType.F16);
        var differences = Differences(uncached, cached, length);

        (differences.Length / Families.Vocabulary).ShouldBeGreaterThanOrEqualTo(Math.Min(length, 50));
        differences.Max().ShouldBeLessThanOrEqualTo(Float16Bound);
        differences.Max().ShouldBeGreaterThan(0);
    }

    [Theory]
    [MemberData(nameof(Variant.ByteCaches), MemberType = typeof(Variant))]
    public void Plan_ByteCache_LosesWhatItsStepSays(string name, int length)
    {
        using var uncached = Open(name, null);
        using var half = Open(name, ElementType.F16);
        using var bytes = Open(name, ElementType.Q8_0);
        var (halfLoss, byteLoss) = (Differences(uncached, half, length), Differences(uncached, bytes, length));

        // Routing that tips leaves few rows; the kernels' tests compare the others to the bit.
        byteLoss.Length.ShouldBeGreaterThan(0);
        (RootMeanSquare(byteLoss) / RootMeanSquare(halfLoss)).ShouldBeInRange(Coarser / AtMostOff, Coarser * AtMostOff);
    }

    private static Runner Open(string name, ElementType? cache) => new(new RunnerOptions(Variant.Of(name).Model, Integer: false, Cache: cache) { KeepAll = true });

    private static double RootMeanSquare(float[] numbers) => Math.Sqrt(numbers.Average(number => (double)number * number));

    // Of the logits of all rows before the first that was routed otherwise.
    private static float[] Differences(Runner first, Runner second, int length)
    {
        var ids = Variant.Tokens(length);
        var (expected, actual) = (first.Logits(ids), second.Logits(ids));
        return [.. expected.Zip(actual, (a, b) => Math.Abs(a - b)).Take(SameChoices(first, second, length) * Families.Vocabulary)];
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
