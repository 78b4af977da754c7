using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sequitur.Kernels.Numerics;

/// <summary>Sixteen lanes: the 512-bit tier.</summary>
internal readonly unsafe struct Sixteen(Vector512<float> value) : ILanes<Sixteen>
{
    public readonly Vector512<float> Value = value;

    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Broadcast(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, Sixteen value) => value.Value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen LoadHalf(ushort* source) => new(HalfBits.Widen(Vector256.Load(source)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen LoadFiniteHalf(ushort* source) => new(HalfBits.WidenFinite(Vector256.Load(source)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalf(ushort* destination, Sixteen value) => HalfBits.Narrow(value.Value).Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen LoadByte(sbyte* source)
    {
        var bytes = Vector128.Load(source);
        var words = Vector256.Create(Vector128.WidenLower(bytes), Vector128.WidenUpper(bytes));
        return new(Vector512.ConvertToSingle(
            Avx512F.IsSupported ? Avx512F.ConvertToVector512Int32(bytes) : Vector512.Create(Vector256.WidenLower(words), Vector256.WidenUpper(words))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen LoadInteger(int* source) => new(Vector512.ConvertToSingle(Vector512.Load(source)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Fma(Sixteen a, Sixteen b, Sixteen c) => new(Vector512.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Max(Sixteen a, Sixteen b) => new(Vector512.Max(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Min(Sixteen a, Sixteen b) => new(Vector512.Min(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Sqrt(Sixteen a) => new(Vector512.Sqrt(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Abs(Sixteen a) => new(Vector512.Abs(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Round(Sixteen a) => new(Vector512.Round(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen PowerOfTwo(Sixteen n) =>
        new(Vector512.ShiftLeft(Vector512.ConvertToInt32Native(n.Value) + Vector512.Create(127), 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Exponent(Sixteen a) =>
        new(Vector512.ConvertToSingle((Vector512.ShiftRightLogical(a.Value.AsInt32(), 23) & Vector512.Create(255)) - Vector512.Create(127)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Fraction(Sixteen a) =>
        new(((a.Value.AsInt32() & Vector512.Create(0x007FFFFF)) | Vector512.Create(0x3F800000)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen LessThan(Sixteen a, Sixteen b) => new(Vector512.LessThan(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Equal(Sixteen a, Sixteen b) => new(Vector512.Equals(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Select(Sixteen mask, Sixteen yes, Sixteen no) => new(Vector512.ConditionalSelect(mask.Value, yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen operator +(Sixteen a, Sixteen b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen operator -(Sixteen a, Sixteen b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen operator *(Sixteen a, Sixteen b) => new(a.Value * b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen operator /(Sixteen a, Sixteen b) => new(a.Value / b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen operator -(Sixteen a) => new(-a.Value);
}
