namespace Sequitur.Kernels.Numerics;

/// <summary>
/// Elementary functions of single numbers, the same bits on every system: for samplers, rotary tables and whatever else must not call the
/// system's C library. The binary32 ones equal what vector kernels compute.
/// </summary>
public static class Scalar
{
    // π/2 to twice the precision of a double.
    private const double HalfPiHigh = 1.5707963267948966;
    private const double HalfPiLow = 6.123233995736766e-17;

    /// <summary>eˣ, within 2 ulp.</summary>
    public static float Exp(float x) => Functions.Exp(new One(x)).Value;

    /// <summary>ln x, within 2 ulp; −∞ at 0, NaN below.</summary>
    public static float Log(float x) => Functions.Log(new One(x)).Value;

    /// <summary>tanh x, within 4 ulp.</summary>
    public static float Tanh(float x) => Functions.Tanh(new One(x)).Value;

    /// <summary>erf x = 2/√π · ∫₀ˣ e^(−t²) dt, within 4 ulp.</summary>
    public static float Erf(float x) => Functions.Erf(new One(x)).Value;

    /// <summary>1 / (1 + e⁻ˣ), within 4 ulp.</summary>
    public static float Sigmoid(float x) => Functions.Sigmoid(new One(x)).Value;

    /// <summary>
    /// Sine and cosine, within 1 ulp for angles (in radians) up to 2³¹; NaN beyond, which no position of a sequence reaches, and for NaN.
    /// </summary>
    /// <remarks>
    /// The angle is reduced in double by fused multiply-adds with a two-part π/2, whose error (2⁻⁷⁶ at most) is far below a binary32's even for
    /// the floats nearest to multiples of π/2. Taylor polynomials on [−π/4, π/4] in double, then one rounding.
    /// </remarks>
    public static void SinCos(float angle, out float sin, out float cos)
    {
        if (!(Math.Abs(angle) <= 2147483648f))
        {
            (sin, cos) = (float.NaN, float.NaN);
            return;
        }

        var quarter = Math.Round(angle * 0.6366197723675814);
        var r = Math.FusedMultiplyAdd(-quarter, HalfPiLow, Math.FusedMultiplyAdd(-quarter, HalfPiHigh, angle));
        var z = r * r;
        var s = Math.FusedMultiplyAdd(z, 1 / 6227020800.0, -1 / 39916800.0);
        s = Math.FusedMultiplyAdd(s, z, 1 / 362880.0);
        s = Math.FusedMultiplyAdd(s, z, -1 / 5040.0);
        s = Math.FusedMultiplyAdd(s, z, 1 / 120.0);
        s = Math.FusedMultiplyAdd(s, z, -1 / 6.0);
        var sine = (float)Math.FusedMultiplyAdd(s * z, r, r);
        var c = Math.FusedMultiplyAdd(z, 1 / 479001600.0, -1 / 3628800.0);
        c = Math.FusedMultiplyAdd(c, z, 1 / 40320.0);
        c = Math.FusedMultiplyAdd(c, z, -1 / 720.0);
        c = Math.FusedMultiplyAdd(c, z, 1 / 24.0);
        c = Math.FusedMultiplyAdd(c, z, -0.5);
        var cosine = (float)Math.FusedMultiplyAdd(c, z, 1);
        (sin, cos) = ((long)quarter & 3) switch
        {
            0 => (sine, cosine),
            1 => (cosine, -sine),
            2 => (-sine, -cosine),
            _ => (-cosine, sine),
        };
    }

    /// <summary>eˣ to a relative error below 1e-15 (where the result is a normal number).</summary>
    public static double ExpDouble(double x) => DoubleFunctions.Exp(x);

    /// <summary>ln x to a relative error below 1e-15; −∞ at 0, NaN below.</summary>
    public static double LogDouble(double x) => DoubleFunctions.Log(x);

    /// <summary>xʸ to a relative error below 1e-15 (where the result is a normal number), with the special cases of IEEE 754 <c>pow</c>.</summary>
    public static double Pow(double x, double y) => DoubleFunctions.Pow(x, y);
}
