using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sequitur.Kernels.Numerics;

/// <summary>
/// binary16 to binary32 and back by integer arithmetic, the same bits on every processor. (Casting <see cref="Half"/> is slow in .NET 10,
/// and the hardware conversions are not exposed.)
/// </summary>
/// <remarks>
/// Widening: shift exponent and fraction into place, then rescale by 2¹¹², which normalises subnormals exactly; infinities and NaN get the
/// exponent 255. Narrowing: in the normal range subtract the difference of the exponents' biases and add just under half a unit plus the
/// last bit kept, so that ties go to even; below, adding 0.5 puts the unit of a binary16 subnormal at the end of a binary32 fraction,
/// where the addition itself rounds to even; from 2¹⁶ on there are only infinity and (quiet) NaN.
/// </remarks>
internal static class HalfBits
{
    private const float Rescale = 5.192296858534828e33f;
    private const uint Infinite = 0x7C00;
    private const uint NotANumber = 0x7E00;

    // 65504 with its exponent as binary16 has it, in the place of a binary32.
    private const int LargestFinite = 0x0F7FFFFF;

    // Sign, exponent and fraction of a binary16 that was widened with its sign and shifted by 13; between them stand copies of the sign.
    private const int FiniteBits = unchecked((int)0x8FFFE000);

    private const uint Rebias = ((127 - 15) << 23) - 0xFFF;
    private const uint SmallestNormal = (127 - 14) << 23;
    private const uint Overflow = (127 + 16) << 23;

    public static float Widen(ushort half)
    {
        var magnitude = (half & 0x7FFFu) << 13;
        var scaled = BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle(magnitude) * Rescale);
        return BitConverter.UInt32BitsToSingle((magnitude >= Infinite << 13 ? magnitude | 0x7F800000 : scaled) | ((half & 0x8000u) << 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Widen(Vector64<ushort> half)
    {
        var bits = Vector128.WidenLower(half.ToVector128Unsafe()).AsInt32() << 16;
        var magnitude = (bits >>> 3) & Vector128.Create(0x0FFFE000);
        var scaled = (magnitude.AsSingle() * Vector128.Create(Rescale)).AsInt32();
        var special = Vector128.GreaterThan(magnitude, Vector128.Create(LargestFinite)) & Vector128.Create(0x7F800000);
        return (scaled | special | (bits & Vector128.Create(int.MinValue))).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Widen(Vector128<ushort> half)
    {
        var bits = (Avx2.IsSupported ? Avx2.ConvertToVector256Int32(half) : Vector256.Create(Vector128.WidenLower(half), Vector128.WidenUpper(half)).AsInt32()) << 16;
        var magnitude = (bits >>> 3) & Vector256.Create(0x0FFFE000);
        var scaled = (magnitude.AsSingle() * Vector256.Create(Rescale)).AsInt32();
        var special = Vector256.GreaterThan(magnitude, Vector256.Create(LargestFinite)) & Vector256.Create(0x7F800000);
        return (scaled | special | (bits & Vector256.Create(int.MinValue))).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Widen(Vector256<ushort> half)
    {
        var bits = (Avx512F.IsSupported ? Avx512F.ConvertToVector512Int32(half) : Vector512.Create(Vector256.WidenLower(half), Vector256.WidenUpper(half)).AsInt32()) << 16;
        var magnitude = (bits >>> 3) & Vector512.Create(0x0FFFE000);
        var scaled = (magnitude.AsSingle() * Vector512.Create(Rescale)).AsInt32();
        var special = Vector512.GreaterThan(magnitude, Vector512.Create(LargestFinite)) & Vector512.Create(0x7F800000);
        return (scaled | special | (bits & Vector512.Create(int.MinValue))).AsSingle();
    }

    /// <summary>Whether a number is neither infinite nor NaN.</summary>
    public static bool IsFinite(ushort half) => (half & Infinite) != Infinite;

    /// <summary>Whether numbers are neither infinite nor NaN.</summary>
    public static bool AreFinite(ReadOnlySpan<ushort> halves)
    {
        const ushort magnitude = 0x7FFF;
        var (largest, i) = (Vector128<ushort>.Zero, 0);
        for (; i + Vector128<ushort>.Count <= halves.Length; i += Vector128<ushort>.Count)
        {
            largest = Vector128.Max(largest, Vector128.Create(halves[i..]) & Vector128.Create(magnitude));
        }

        foreach (var half in halves[i..])
        {
            if (!IsFinite(half))
            {
                return false;
            }
        }

        return Vector128.LessThanAll(largest, Vector128.Create((ushort)Infinite));
    }

    /// <summary>Widens finite numbers only.</summary>
    public static float WidenFinite(ushort half) => BitConverter.Int32BitsToSingle(((short)half << 13) & FiniteBits) * Rescale;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> WidenFinite(Vector64<ushort> half) =>
        ((Vector128.WidenLower(half.AsInt16().ToVector128Unsafe()) << 13) & Vector128.Create(FiniteBits)).AsSingle() * Vector128.Create(Rescale);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> WidenFinite(Vector128<ushort> half)
    {
        var bits = Avx2.IsSupported ? Avx2.ConvertToVector256Int32(half.AsInt16()) : Vector256.Create(Vector128.WidenLower(half.AsInt16()), Vector128.WidenUpper(half.AsInt16()));
        return ((bits << 13) & Vector256.Create(FiniteBits)).AsSingle() * Vector256.Create(Rescale);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> WidenFinite(Vector256<ushort> half)
    {
        var bits = Avx512F.IsSupported ? Avx512F.ConvertToVector512Int32(half.AsInt16()) : Vector512.Create(Vector256.WidenLower(half.AsInt16()), Vector256.WidenUpper(half.AsInt16()));
        return ((bits << 13) & Vector512.Create(FiniteBits)).AsSingle() * Vector512.Create(Rescale);
    }

    public static ushort Narrow(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var magnitude = bits & 0x7FFFFFFF;
        var half = magnitude switch
        {
            > 0x7F800000 => NotANumber,
            >= Overflow => Infinite,
            >= SmallestNormal => (magnitude - Rebias + ((magnitude >> 13) & 1)) >> 13,
            _ => BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle(magnitude) + 0.5f) - 0x3F000000,
        };
        return (ushort)(half | ((bits & 0x80000000) >> 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector64<ushort> Narrow(Vector128<float> value)
    {
        var bits = value.AsUInt32();
        var magnitude = bits & Vector128.Create(0x7FFFFFFFu);
        var normal = (magnitude - Vector128.Create(Rebias) + ((magnitude >> 13) & Vector128<uint>.One)) >> 13;
        var subnormal = (magnitude.AsSingle() + Vector128.Create(0.5f)).AsUInt32() - Vector128.Create(0x3F000000u);
        var special = Vector128.ConditionalSelect(Vector128.GreaterThan(magnitude, Vector128.Create(0x7F800000u)), Vector128.Create(NotANumber), Vector128.Create(Infinite));
        var half = Vector128.ConditionalSelect(Vector128.LessThan(magnitude, Vector128.Create(SmallestNormal)), subnormal, normal);
        half = Vector128.ConditionalSelect(Vector128.GreaterThanOrEqual(magnitude, Vector128.Create(Overflow)), special, half);
        half |= (bits & Vector128.Create(0x80000000u)) >> 16;
        return Vector128.Narrow(half, half).GetLower();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> Narrow(Vector256<float> value)
    {
        var bits = value.AsUInt32();
        var magnitude = bits & Vector256.Create(0x7FFFFFFFu);
        var normal = (magnitude - Vector256.Create(Rebias) + ((magnitude >> 13) & Vector256<uint>.One)) >> 13;
        var subnormal = (magnitude.AsSingle() + Vector256.Create(0.5f)).AsUInt32() - Vector256.Create(0x3F000000u);
        var special = Vector256.ConditionalSelect(Vector256.GreaterThan(magnitude, Vector256.Create(0x7F800000u)), Vector256.Create(NotANumber), Vector256.Create(Infinite));
        var half = Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(SmallestNormal)), subnormal, normal);
        half = Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(Overflow)), special, half);
        half |= (bits & Vector256.Create(0x80000000u)) >> 16;
        return Vector128.Narrow(half.GetLower(), half.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ushort> Narrow(Vector512<float> value)
    {
        var bits = value.AsUInt32();
        var magnitude = bits & Vector512.Create(0x7FFFFFFFu);
        var normal = (magnitude - Vector512.Create(Rebias) + ((magnitude >> 13) & Vector512<uint>.One)) >> 13;
        var subnormal = (magnitude.AsSingle() + Vector512.Create(0.5f)).AsUInt32() - Vector512.Create(0x3F000000u);
        var special = Vector512.ConditionalSelect(Vector512.GreaterThan(magnitude, Vector512.Create(0x7F800000u)), Vector512.Create(NotANumber), Vector512.Create(Infinite));
        var half = Vector512.ConditionalSelect(Vector512.LessThan(magnitude, Vector512.Create(SmallestNormal)), subnormal, normal);
        half = Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(magnitude, Vector512.Create(Overflow)), special, half);
        half |= (bits & Vector512.Create(0x80000000u)) >> 16;
        return Vector256.Narrow(half.GetLower(), half.GetUpper());
    }
}
