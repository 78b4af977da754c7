using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sequitur.Kernels.Numerics;

/// <summary>
/// binary16 to binary32 and back by integer arithmetic, the same bits on every processor. (Casting <see cref="Half"/> is slow in .NET 10,
/// and the hardware conversions are not exposed.)
/// </summary>
internal static class HalfBits
{
    // Widening: shift exponent and fraction into place, then rescale by 2¹¹², which normalises subnormals exactly;
    // infinities and NaN get the exponent 255.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Widen(Vector64<ushort> half)
    {
        var (low, high) = Vector64.Widen(half);
        var bits = Vector128.Create(low, high);
        var magnitude = (bits & Vector128.Create(0x7FFFu)) << 13;
        var scaled = (magnitude.AsSingle() * Vector128.Create(5.192296858534828e33f)).AsUInt32();
        var special = Vector128.GreaterThanOrEqual(magnitude, Vector128.Create(0x0F800000u));
        return (Vector128.ConditionalSelect(special, magnitude | Vector128.Create(0x7F800000u), scaled) | ((bits & Vector128.Create(0x8000u)) << 16)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Widen(Vector128<ushort> half)
    {
        var bits = Vector256.Create(Vector128.WidenLower(half), Vector128.WidenUpper(half));
        var magnitude = (bits & Vector256.Create(0x7FFFu)) << 13;
        var scaled = (magnitude.AsSingle() * Vector256.Create(5.192296858534828e33f)).AsUInt32();
        var special = Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(0x0F800000u));
        return (Vector256.ConditionalSelect(special, magnitude | Vector256.Create(0x7F800000u), scaled) | ((bits & Vector256.Create(0x8000u)) << 16)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Widen(Vector256<ushort> half)
    {
        var bits = Vector512.Create(Vector256.WidenLower(half), Vector256.WidenUpper(half));
        var magnitude = (bits & Vector512.Create(0x7FFFu)) << 13;
        var scaled = (magnitude.AsSingle() * Vector512.Create(5.192296858534828e33f)).AsUInt32();
        var special = Vector512.GreaterThanOrEqual(magnitude, Vector512.Create(0x0F800000u));
        return (Vector512.ConditionalSelect(special, magnitude | Vector512.Create(0x7F800000u), scaled) | ((bits & Vector512.Create(0x8000u)) << 16)).AsSingle();
    }

    // Narrowing: see the scalar form in Narrow(float); vectors go lane by lane until a kernel earns more by measurement.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector64<ushort> Narrow(Vector128<float> value)
    {
        var result = Vector64<ushort>.Zero;
        for (var i = 0; i < 4; i++)
        {
            result = result.WithElement(i, Narrow(value.GetElement(i)));
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> Narrow(Vector256<float> value) => Vector128.Create(Narrow(value.GetLower()), Narrow(value.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ushort> Narrow(Vector512<float> value) => Vector256.Create(Narrow(value.GetLower()), Narrow(value.GetUpper()));

    public static ushort Narrow(float value) => BitConverter.HalfToUInt16Bits((Half)value);
}
