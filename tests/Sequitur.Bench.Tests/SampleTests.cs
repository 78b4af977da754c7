namespace Sequitur.Bench.Tests;

public sealed class SampleTests
{
    [Fact]
    public void Sample_OfRatios_HasMedianAndGeometricMean()
    {
        var sample = new Sample([2, 0.5, 1, 4]);

        sample.Median.ShouldBe(1.5);
        sample.GeometricMean.ShouldBe(1.4142135623730951, 1e-12);
        (sample.Min, sample.Max, sample.Count).ShouldBe((0.5, 4, 4));
    }

    // Logarithms −ln 2 and ln 2: mean 0, standard error ln 2, and Student's t of one degree of freedom is 12.706.
    [Fact]
    public void Interval_OfTwo_IsThatOfStudentsT()
    {
        var (from, to) = new Sample([0.5, 2]).Interval!.Value;

        to.ShouldBe(Math.Exp(12.706 * Math.Log(2)), 1e-6);
        from.ShouldBe(1 / to, 1e-9);
    }

    [Fact]
    public void Interval_OfOne_IsNotThere() => new Sample([3]).Interval.ShouldBeNull();
}
