using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Tests.Wide;

/// <summary>
/// Sixteen lanes made of two times eight: what kernels do in vectors of 16 lanes, on processors whose vectors have 8. Lanes do not see one another, so each half does its own.
/// </summary>
internal readonly unsafe struct WideLanes(Eight low, Eight high) : ILanes<WideLanes>
{
    private const int Half = 8;

    private readonly Eight _low = low;
    private readonly Eight _high = high;

    public static int Count => 2 * Half;

    public static WideLanes Broadcast(float value) => new(Eight.Broadcast(value), Eight.Broadcast(value));

    public static WideLanes Load(float* source) => new(Eight.Load(source), Eight.Load(source + Half));

    public static void Store(float* destination, WideLanes value)
    {
        Eight.Store(destination, value._low);
        Eight.Store(destination + Half, value._high);
    }

    public static WideLanes LoadHalf(ushort* source) => new(Eight.LoadHalf(source), Eight.LoadHalf(source + Half));

    public static WideLanes LoadFiniteHalf(ushort* source) => new(Eight.LoadFiniteHalf(source), Eight.LoadFiniteHalf(source + Half));

    public static void StoreHalf(ushort* destination, WideLanes value)
    {
        Eight.StoreHalf(destination, value._low);
        Eight.StoreHalf(destination + Half, value._high);
    }

    public static WideLanes LoadByte(sbyte* source) => new(Eight.LoadByte(source), Eight.LoadByte(source + Half));

    public static WideLanes LoadInteger(int* source) => new(Eight.LoadInteger(source), Eight.LoadInteger(source + Half));

    public static WideLanes Fma(WideLanes a, WideLanes b, WideLanes c) => new(Eight.Fma(a._low, b._low, c._low), Eight.Fma(a._high, b._high, c._high));

    public static WideLanes Max(WideLanes a, WideLanes b) => new(Eight.Max(a._low, b._low), Eight.Max(a._high, b._high));

    public static WideLanes Min(WideLanes a, WideLanes b) => new(Eight.Min(a._low, b._low), Eight.Min(a._high, b._high));

    public static WideLanes Sqrt(WideLanes a) => new(Eight.Sqrt(a._low), Eight.Sqrt(a._high));

    public static WideLanes Abs(WideLanes a) => new(Eight.Abs(a._low), Eight.Abs(a._high));

    public static WideLanes Round(WideLanes a) => new(Eight.Round(a._low), Eight.Round(a._high));

    public static WideLanes PowerOfTwo(WideLanes n) => new(Eight.PowerOfTwo(n._low), Eight.PowerOfTwo(n._high));

    public static WideLanes Exponent(WideLanes a) => new(Eight.Exponent(a._low), Eight.Exponent(a._high));

    public static WideLanes Fraction(WideLanes a) => new(Eight.Fraction(a._low), Eight.Fraction(a._high));

    public static WideLanes LessThan(WideLanes a, WideLanes b) => new(Eight.LessThan(a._low, b._low), Eight.LessThan(a._high, b._high));

    public static WideLanes Equal(WideLanes a, WideLanes b) => new(Eight.Equal(a._low, b._low), Eight.Equal(a._high, b._high));

    public static WideLanes Select(WideLanes mask, WideLanes yes, WideLanes no) =>
        new(Eight.Select(mask._low, yes._low, no._low), Eight.Select(mask._high, yes._high, no._high));

    public static WideLanes operator +(WideLanes a, WideLanes b) => new(a._low + b._low, a._high + b._high);

    public static WideLanes operator -(WideLanes a, WideLanes b) => new(a._low - b._low, a._high - b._high);

    public static WideLanes operator *(WideLanes a, WideLanes b) => new(a._low * b._low, a._high * b._high);

    public static WideLanes operator /(WideLanes a, WideLanes b) => new(a._low / b._low, a._high / b._high);

    public static WideLanes operator -(WideLanes a) => new(-a._low, -a._high);
}
