using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Tests.Numerics;

public sealed class ScalarTests
{
    private const double Bound = 1e-15;

    [Fact]
    public void SinCos_AnglesUpToTenMillion_WithinOneUlp()
    {
        var random = new Random(5);
        for (var i = 0; i < 300_000; i++)
        {
            var angle = (float)((random.NextDouble() - 0.5) * Math.Pow(10, (random.NextDouble() * 15) - 8) * 2);
            CheckAngle(angle);
        }

        for (var position = 0; position < 100_000; position++)
        {
            CheckAngle(position);
        }
    }

    [Fact]
    public void SinCos_FloatsNearestToMultiplesOfHalfPi_WithinOneUlp()
    {
        for (var n = 1; n < 500_000; n++)
        {
            var angle = (float)(n * (Math.PI / 2));
            CheckAngle(angle);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(-3e9f)]
    public void SinCos_BeyondItsRange_IsNotANumber(float angle)
    {
        Scalar.SinCos(angle, out var sin, out var cos);
        (sin, cos).ShouldBe((float.NaN, float.NaN));
    }

    [Fact]
    public void ExpDouble_WholeRange_WithinBound()
    {
        for (var x = -708.0; x < 709.7; x += 0.00517)
        {
            CheckBound(Scalar.ExpDouble(x), Math.Exp(x), x);
        }

        Scalar.ExpDouble(0).ShouldBe(1);
        Scalar.ExpDouble(double.PositiveInfinity).ShouldBe(double.PositiveInfinity);
        Scalar.ExpDouble(double.NegativeInfinity).ShouldBe(0);
        Scalar.ExpDouble(double.NaN).ShouldBe(double.NaN);
    }

    [Fact]
    public void LogDouble_WholeRange_WithinBound()
    {
        var random = new Random(6);
        for (var i = 0; i < 300_000; i++)
        {
            var x = BitConverter.Int64BitsToDouble(random.NextInt64(1, 0x7FF0000000000000));
            CheckBound(Scalar.LogDouble(x), Math.Log(x), x);
            var near = 1 + ((random.NextDouble() - 0.5) * Math.Pow(2, -random.Next(50)));
            CheckBound(Scalar.LogDouble(near), Math.Log(near), near);
        }

        Scalar.LogDouble(1).ShouldBe(0);
        Scalar.LogDouble(0).ShouldBe(double.NegativeInfinity);
        Scalar.LogDouble(-1).ShouldBe(double.NaN);
        Scalar.LogDouble(double.PositiveInfinity).ShouldBe(double.PositiveInfinity);
        Scalar.LogDouble(double.NaN).ShouldBe(double.NaN);
    }

    [Fact]
    public void Pow_RandomArguments_WithinBound()
    {
        var random = new Random(7);
        for (var i = 0; i < 300_000; i++)
        {
            var x = Math.Exp((random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-20, 10)));
            var y = (random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-5, 12));
            var expected = Math.Pow(x, y);
            if (double.IsNormal(expected))
            {
                CheckBound(Scalar.Pow(x, y), expected, x);
            }
        }
    }

    [Fact]
    public void Pow_SpecialArguments_AsIeee754Says()
    {
        double[] values =
        [
            0.0, -0.0, 1, -1, 2, -2, 3, 0.5, -0.5, -3, 1e300, -1e300, 9007199254740993, 4.9406564584124654e-324,
            double.PositiveInfinity, double.NegativeInfinity, double.NaN,
        ];
        foreach (var x in values)
        {
            foreach (var y in values)
            {
                var (actual, expected) = (Scalar.Pow(x, y), Math.Pow(x, y));
                var same = actual.Equals(expected) && double.IsNegative(actual) == double.IsNegative(expected);
                (same || (double.IsNaN(actual) && double.IsNaN(expected)) || RelativeError(actual, expected) < Bound)
                    .ShouldBeTrue($"{x:R} to the {y:R}: {actual:R}, expected {expected:R}");
            }
        }
    }

    private static void CheckAngle(float angle)
    {
        Scalar.SinCos(angle, out var sin, out var cos);
        var worst = Math.Max(FunctionsTests.Ulps(sin, Math.Sin(angle), angle), FunctionsTests.Ulps(cos, Math.Cos(angle), angle));
        if (worst > 1)
        {
            Assert.Fail($"{angle:R}: {worst} ulp");
        }
    }

    private static void CheckBound(double actual, double expected, double x)
    {
        if (!(RelativeError(actual, expected) < Bound))
        {
            Assert.Fail($"f({x:R}) = {actual:R}, expected {expected:R}");
        }
    }

    private static double RelativeError(double actual, double expected) =>
        actual == expected ? 0 : Math.Abs(actual - expected) / Math.Abs(expected);
}
