using System.Runtime.CompilerServices;

namespace Sequitur.Kernels.Numerics;

/// <summary>
/// Elementary functions over lanes: one polynomial each, fused multiply-adds and exponents only, so that every tier gives the same bits.
/// Valid for all inputs, ±0, ±∞, NaN and subnormals included. Polynomials are relative minimax fits whose coefficients were rounded to
/// binary32 one by one; the bounds stated were measured over all exponents.
/// </summary>
internal static class Functions
{
    // ln 2 in two parts, the first so short that its product with any exponent is exact.
    private const float LogTwoHigh = 0.693145751953125f;
    private const float LogTwoLow = 1.428606765330187e-06f;

    /// <summary>eˣ, within 2 ulp: x = n·ln 2 + r, eʳ = 1 + r + r²·q(r), scaled by 2ⁿ in two steps so that subnormal results round once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<V>(V x)
        where V : struct, ILanes<V>
    {
        x = V.Max(V.Min(x, V.Broadcast(89)), V.Broadcast(-104));
        var n = V.Round(x * V.Broadcast(1.442695f));
        var r = V.Fma(n, V.Broadcast(-LogTwoLow), V.Fma(n, V.Broadcast(-LogTwoHigh), x));
        var q = V.Broadcast(0.001382075f);
        q = V.Fma(q, r, V.Broadcast(0.0083686775f));
        q = V.Fma(q, r, V.Broadcast(0.041668266f));
        q = V.Fma(q, r, V.Broadcast(0.16666521f));
        q = V.Fma(q, r, V.Broadcast(0.49999994f));
        var y = V.Fma(r * r, q, r) + V.Broadcast(1);
        var half = V.Round(n * V.Broadcast(0.5f));
        return y * V.PowerOfTwo(half) * V.PowerOfTwo(n - half);
    }

    /// <summary>ln x, within 2 ulp; −∞ at ±0, NaN below: x = 2ᵉ·(1 + f) with f in [−⅓, ⅓), ln(1 + f) = f − f²/2 + f³·p(f).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log<V>(V x)
        where V : struct, ILanes<V>
    {
        var zero = V.Broadcast(0);
        var subnormal = V.LessThan(x, V.Broadcast(1.17549435e-38f));
        var normal = V.Select(subnormal, x * V.Broadcast(8388608), x);
        var e = V.Exponent(normal) - V.Select(subnormal, V.Broadcast(23), zero);
        var m = V.Fraction(normal);
        var upper = V.LessThan(V.Broadcast(1.3333334f), m);
        m = V.Select(upper, m * V.Broadcast(0.5f), m);
        e = V.Select(upper, e + V.Broadcast(1), e);

        var f = m - V.Broadcast(1);
        var p = V.Broadcast(0.123030186f);
        p = V.Fma(p, f, V.Broadcast(-0.1283565f));
        p = V.Fma(p, f, V.Broadcast(0.10678598f));
        p = V.Fma(p, f, V.Broadcast(-0.1219801f));
        p = V.Fma(p, f, V.Broadcast(0.14310914f));
        p = V.Fma(p, f, V.Broadcast(-0.1667941f));
        p = V.Fma(p, f, V.Broadcast(0.19999395f));
        p = V.Fma(p, f, V.Broadcast(-0.24999824f));
        p = V.Fma(p, f, V.Broadcast(0.33333337f));
        var square = f * f;
        var rest = V.Fma(e, V.Broadcast(LogTwoLow), square * f * p);
        rest = V.Fma(square, V.Broadcast(-0.5f), rest);
        var y = V.Fma(e, V.Broadcast(LogTwoHigh), f + rest);

        var infinity = V.Broadcast(float.PositiveInfinity);
        y = V.Select(V.LessThan(x, infinity), y, x); // keeps NaN, and +∞
        y = V.Select(V.Equal(x, zero), -infinity, y);
        return V.Select(V.LessThan(x, zero), V.Broadcast(float.NaN), y);
    }

    /// <summary>tanh x, within 4 ulp: odd polynomial below 0.625, 1 − 2/(e²ˣ + 1) above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<V>(V x)
        where V : struct, ILanes<V>
    {
        var one = V.Broadcast(1);
        var size = V.Abs(x);
        var square = x * x;
        var p = V.Broadcast(-0.0057162028f);
        p = V.Fma(p, square, V.Broadcast(0.020649709f));
        p = V.Fma(p, square, V.Broadcast(-0.053743172f));
        p = V.Fma(p, square, V.Broadcast(0.13331486f));
        p = V.Fma(p, square, V.Broadcast(-0.33333284f));
        var small = x * V.Fma(p, square, one);
        var large = one - (V.Broadcast(2) / (Exp(size + size) + one));
        large = V.Select(V.LessThan(x, V.Broadcast(0)), -large, large);
        return V.Select(V.LessThan(size, V.Broadcast(0.625f)), small, large);
    }

    /// <summary>erf x = 2/√π · ∫₀ˣ e^(−t²) dt, within 4 ulp: odd polynomial below 0.92, 1 − e^(−l(x)) with l = −ln erfc above, ±1 from 4 on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Erf<V>(V x)
        where V : struct, ILanes<V>
    {
        var size = V.Min(V.Abs(x), V.Broadcast(4));
        var square = x * x;
        var p = V.Broadcast(8.3274936e-05f);
        p = V.Fma(p, square, V.Broadcast(-0.0008135066f));
        p = V.Fma(p, square, V.Broadcast(0.0052006622f));
        p = V.Fma(p, square, V.Broadcast(-0.026859432f));
        p = V.Fma(p, square, V.Broadcast(0.11283702f));
        p = V.Fma(p, square, V.Broadcast(-0.37612635f));
        var small = x * V.Fma(p, square, V.Broadcast(1.1283792f));

        var l = V.Broadcast(2.0937048e-05f);
        l = V.Fma(l, size, V.Broadcast(-0.00043260155f));
        l = V.Fma(l, size, V.Broadcast(0.0041618883f));
        l = V.Fma(l, size, V.Broadcast(-0.025094878f));
        l = V.Fma(l, size, V.Broadcast(0.108241566f));
        l = V.Fma(l, size, V.Broadcast(0.6333824f));
        l = V.Fma(l, size, V.Broadcast(1.1294972f));
        l = V.Fma(l, size, V.Broadcast(-0.0001709521f));
        var large = V.Broadcast(1) - Exp(-l);
        large = V.Select(V.LessThan(x, V.Broadcast(0)), -large, large);
        return V.Select(V.LessThan(size, V.Broadcast(0.92f)), small, large);
    }

    /// <summary>1 / (1 + e⁻ˣ) without overflow: with e = e^(−|x|) it is 1/(1 + e) for x ≥ 0 and e/(1 + e) below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<V>(V x)
        where V : struct, ILanes<V>
    {
        var one = V.Broadcast(1);
        var e = Exp(-V.Abs(x));
        return V.Select(V.LessThan(x, V.Broadcast(0)), e, one) / (one + e);
    }
}
