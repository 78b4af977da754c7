using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Tests.Numerics;

public sealed class FunctionsTests
{
    // A prime, so that a sweep over all 2³² patterns meets all exponents and both signs with varied fractions (1.4 million numbers).
    private const uint Step = 3001;

    private static readonly float[] Special =
    [
        0f, -0f, 1f, -1f, float.Epsilon, -float.Epsilon, 1.17549435e-38f, -1.1754942e-38f, float.MaxValue, float.MinValue,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN,
    ];

    [Fact]
    public void Exp_AllExponents_WithinTwoUlp() => WorstError(Scalar.Exp, Math.Exp).ShouldBeLessThan(2);

    [Fact]
    public void Log_AllExponents_WithinTwoUlp() => WorstError(Scalar.Log, Math.Log).ShouldBeLessThan(2);

    [Fact]
    public void Tanh_AllExponents_WithinFourUlp() => WorstError(Scalar.Tanh, Math.Tanh).ShouldBeLessThan(4);

    [Fact]
    public void Erf_AllExponents_WithinFourUlp() => WorstError(Scalar.Erf, Erf).ShouldBeLessThan(4);

    [Fact]
    public void Sigmoid_AllExponents_WithinFourUlp() => WorstError(Scalar.Sigmoid, x => 1 / (1 + Math.Exp(-x))).ShouldBeLessThan(4);

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(float.NaN, float.NaN)]
    [InlineData(88.73f, float.PositiveInfinity)]
    [InlineData(-104f, 0f)]
    [InlineData(-103.2f, float.Epsilon)]
    public void Exp_SpecialInput_IsExact(float x, float expected) => Scalar.Exp(x).ShouldBe(expected);

    [Theory]
    [InlineData(1f, 0f)]
    [InlineData(0f, float.NegativeInfinity)]
    [InlineData(-1f, float.NaN)]
    [InlineData(float.NegativeInfinity, float.NaN)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void Log_SpecialInput_IsExact(float x, float expected) => Scalar.Log(x).ShouldBe(expected);

    [Fact]
    public void OddFunctions_NegatedInput_NegateTheirResult()
    {
        foreach (var f in new Func<float, float>[] { Scalar.Tanh, Scalar.Erf })
        {
            BitConverter.SingleToInt32Bits(f(-0f)).ShouldBe(int.MinValue);
            BitConverter.SingleToInt32Bits(f(0f)).ShouldBe(0);
            f(float.PositiveInfinity).ShouldBe(1);
            f(float.NegativeInfinity).ShouldBe(-1);
            for (var x = 1e-40f; x < 100; x *= 1.37f)
            {
                f(-x).ShouldBe(-f(x));
            }
        }
    }

    [Fact]
    public void Functions_OverLanes_EqualTheSingleLaneToTheBit()
    {
        Compare<Four>(Tier.V128);
        Compare<Eight>(Tier.V256);
        Compare<Sixteen>(Tier.V512);
    }

    private static unsafe void Compare<V>(Tier tier)
        where V : struct, ILanes<V>
    {
        if (!Processor.IsSupported(tier))
        {
            return;
        }

        var values = new float[16];
        var results = new float[16];
        var next = 0u;
        for (var group = 0; group < 20_000; group++)
        {
            for (var i = 0; i < 16; i++, next += 13411)
            {
                values[i] = group == 0 && i < Special.Length ? Special[i] : BitConverter.UInt32BitsToSingle(next);
            }

            fixed (float* x = values)
            fixed (float* y = results)
            {
                for (var function = 0; function < 5; function++)
                {
                    for (var lane = 0; lane < 16; lane += V.Count)
                    {
                        V.Store(y + lane, Apply(function, V.Load(x + lane)));
                    }

                    for (var i = 0; i < 16; i++)
                    {
                        var expected = Apply(function, new One(x[i])).Value;
                        if (!SameBits(expected, y[i]))
                        {
                            Assert.Fail($"{tier}, function {function} of {x[i]:R}: {expected:R} in one lane, {y[i]:R} in {V.Count}");
                        }
                    }
                }
            }
        }
    }

    private static V Apply<V>(int function, V x)
        where V : struct, ILanes<V> => function switch
        {
            0 => Functions.Exp(x),
            1 => Functions.Log(x),
            2 => Functions.Tanh(x),
            3 => Functions.Erf(x),
            _ => Functions.Sigmoid(x),
        };

    private static bool SameBits(float a, float b) =>
        BitConverter.SingleToInt32Bits(a) == BitConverter.SingleToInt32Bits(b) || (float.IsNaN(a) && float.IsNaN(b));

    /// <summary>The largest distance to the exact result, in units of the exact result's last place.</summary>
    private static double WorstError(Func<float, float> f, Func<double, double> exact)
    {
        var worst = 0.0;
        for (ulong bits = 0; bits < 1ul << 32; bits += Step)
        {
            var x = BitConverter.UInt32BitsToSingle((uint)bits);
            worst = Math.Max(worst, Ulps(f(x), exact(x), x));
        }

        for (var x = -110f; x < 110; x += 0.000977f)
        {
            worst = Math.Max(worst, Ulps(f(x), exact(x), x));
        }

        foreach (var x in Special)
        {
            worst = Math.Max(worst, Ulps(f(x), exact(x), x));
        }

        return worst;
    }

    internal static double Ulps(float actual, double exact, float x)
    {
        var rounded = (float)exact;
        if (double.IsNaN(exact) || float.IsInfinity(rounded) || double.IsInfinity(exact))
        {
            // Just below the overflow an infinity is one unit away.
            var near = float.IsInfinity(rounded) && !double.IsInfinity(exact) && actual == float.CopySign(float.MaxValue, rounded);
            if (!near && !SameBits(actual, rounded))
            {
                Assert.Fail($"f({x:R}) = {actual:R}, expected {rounded:R}");
            }

            return 0;
        }

        var size = Math.Max(Math.Abs(rounded), 1.17549435e-38f);
        var unit = Math.Min(size, float.MaxValue / 2) is var s && size == s ? MathF.BitIncrement(size) - size : size - MathF.BitDecrement(size);
        return float.IsFinite(actual) ? Math.Abs(actual - exact) / unit : double.PositiveInfinity;
    }

    // All terms positive: erf x = 2/√π · e^(−x²) · Σ 2ⁿ·x^(2n+1) / (1·3·…·(2n+1)).
    private static double Erf(double x)
    {
        if (double.IsNaN(x) || Math.Abs(x) > 6)
        {
            return double.IsNaN(x) ? x : Math.Sign(x);
        }

        var (sum, term) = (0.0, x);
        for (var n = 1; n < 400 && Math.Abs(term) > Math.Abs(sum) * 1e-18; n++)
        {
            sum += term;
            term *= 2 * x * x / ((2 * n) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
