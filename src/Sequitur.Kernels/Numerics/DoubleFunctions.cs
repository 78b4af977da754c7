namespace Sequitur.Kernels.Numerics;

/// <summary>Exponential, logarithm and power in double: Taylor series after range reduction, the logarithm in pairs of doubles.</summary>
internal static class DoubleFunctions
{
    private const double LogTwoHigh = 0.6931471805599453;
    private const double LogTwoLow = 2.3190468138462996e-17;
    private const double TwoThirdsHigh = 2.0 / 3;
    private const double TwoThirdsLow = 3.700743415417188e-17;

    // 1/13!, 1/12! … 1/2!.
    private static ReadOnlySpan<double> InverseFactorials =>
    [
        1 / 6227020800.0, 1 / 479001600.0, 1 / 39916800.0, 1 / 3628800.0, 1 / 362880.0, 1 / 40320.0,
        1 / 5040.0, 1 / 720.0, 1 / 120.0, 1 / 24.0, 1 / 6.0, 1 / 2.0,
    ];

    /// <summary>x = n·ln 2 + r; eʳ by thirteen terms (the next is below 2⁻⁵⁷); 2ⁿ in two steps so that subnormal results round once.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x))
        {
            return x;
        }

        x = Math.Max(Math.Min(x, 710), -746);
        var n = Math.Round(x * 1.4426950408889634);
        var r = Math.FusedMultiplyAdd(-n, LogTwoLow, Math.FusedMultiplyAdd(-n, LogTwoHigh, x));
        var q = 0.0;
        foreach (var coefficient in InverseFactorials)
        {
            q = Math.FusedMultiplyAdd(q, r, coefficient);
        }

        var half = Math.Round(n * 0.5);
        return (1 + Math.FusedMultiplyAdd(r * r, q, r)) * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    public static double Log(double x) => x switch
    {
        0 => double.NegativeInfinity,
        > 0 and < double.PositiveInfinity => Log(x, out _),
        < 0 => double.NaN,
        _ => x,
    };

    public static double Pow(double x, double y)
    {
        var integral = Math.Floor(y) == y;
        var odd = integral && Math.Abs(y) < 9007199254740992 && ((long)y & 1) == 1;
        var size = Math.Abs(x);
        if (y == 0 || x == 1)
        {
            return 1;
        }

        if (double.IsNaN(x) || double.IsNaN(y) || (x < 0 && !integral && !double.IsInfinity(x)))
        {
            return double.NaN;
        }

        if (double.IsInfinity(y) && size == 1)
        {
            return 1;
        }

        double power;
        if (size == 0 || double.IsInfinity(size) || double.IsInfinity(y))
        {
            power = size > 1 == y > 0 ? double.PositiveInfinity : 0;
        }
        else
        {
            var high = Log(size, out var low);
            var product = y * high;
            power = Exp(product);
            if (power is > 0 and < double.PositiveInfinity)
            {
                power = Math.FusedMultiplyAdd(power, Math.FusedMultiplyAdd(y, high, -product) + (y * low), power);
            }
        }

        return odd && double.IsNegative(x) ? -power : power;
    }

    /// <summary>
    /// ln x of a positive finite x as a sum of two doubles (about 2⁻⁶⁴ relative): x = 2ᵉ·m, s = (m − 1)/(m + 1), ln m = 2s + ⅔s³ + ⅖s⁵ + …;
    /// the first two terms in pairs, since a power multiplies the error by up to 709.
    /// </summary>
    private static double Log(double x, out double low)
    {
        var e = 0.0;
        if (x < 2.2250738585072014e-308)
        {
            (x, e) = (x * 18014398509481984, -54);
        }

        var bits = BitConverter.DoubleToInt64Bits(x);
        e += (bits >> 52) - 1023;
        var m = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000);
        if (m > 1.4142135623730951)
        {
            (m, e) = (m * 0.5, e + 1);
        }

        var f = m - 1;
        var divisor = Sum(1, m, out var divisorLow);
        var s = f / divisor;
        var sLow = (Math.FusedMultiplyAdd(-s, divisor, f) - (s * divisorLow)) / divisor;
        var square = Product(s, s, out var squareLow);
        squareLow += 2 * s * sLow;
        var cube = Product(square, s, out var cubeLow);
        cubeLow += (squareLow * s) + (square * sLow);
        var third = Product(cube, TwoThirdsHigh, out var thirdLow);
        thirdLow += (cubeLow * TwoThirdsHigh) + (cube * TwoThirdsLow);
        var rest = 0.0;
        for (var k = 25; k >= 5; k -= 2)
        {
            rest = Math.FusedMultiplyAdd(rest, square, 2.0 / k);
        }

        var powers = Product(e, LogTwoHigh, out var powersLow);
        var high = Sum(powers, 2 * s, out var error);
        high = Sum(high, third, out var thirdError);
        error += thirdError + powersLow + (e * LogTwoLow) + (2 * sLow) + thirdLow + (rest * square * cube);
        return Sum(high, error, out low);
    }

    private static double Sum(double a, double b, out double error)
    {
        var sum = a + b;
        var part = sum - a;
        error = (a - (sum - part)) + (b - part);
        return sum;
    }

    private static double Product(double a, double b, out double error)
    {
        var product = a * b;
        error = Math.FusedMultiplyAdd(a, b, -product);
        return product;
    }

    private static double PowerOfTwo(double n) => BitConverter.Int64BitsToDouble(((long)n + 1023) << 52);
}
