using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sequitur.Kernels.Numerics;

/// <summary>Eight lanes: the 256-bit tier.</summary>
internal readonly unsafe struct Eight(Vector256<float> value) : ILanes<Eight>
{
    public readonly Vector256<float> Value = value;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight Broadcast(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight Load(float* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, Eight value) => value.Value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight LoadHalf(ushort* source) => new(HalfBits.Widen(Vector128.Load(source)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight LoadFiniteHalf(ushort* source) => new(HalfBits.WidenFinite(Vector128.Load(source)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalf(ushort* destination, Eight value) => HalfBits.Narrow(value.Value).Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight LoadByte(sbyte* source)
    {
        if (Avx2.IsSupported)
        {
            return new(Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(source))); // straight from memory: a vector of 64 bits takes a way over the stack
        }

        var words = Vector128.WidenLower(Vector64.Load(source).ToVector128Unsafe());
        return new(Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight LoadInteger(int* source) => new(Vector256.ConvertToSingle(Vector256.Load(source)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight Fma(Eight a, Eight b, Eight c) => new(Vector256.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight Max(Eight a, Eight b) => new(Vector256.Max(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight Min(Eight a, Eight b) => new(Vector256.Min(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight Sqrt(Eight a) => new(Vector256.Sqrt(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight Abs(Eight a) => new(Vector256.Abs(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight Round(Eight a) => new(Vector256.Round(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight PowerOfTwo(Eight n) =>
        new(Vector256.ShiftLeft(Vector256.ConvertToInt32Native(n.Value) + Vector256.Create(127), 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight Exponent(Eight a) =>
        new(Vector256.ConvertToSingle((Vector256.ShiftRightLogical(a.Value.AsInt32(), 23) & Vector256.Create(255)) - Vector256.Create(127)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight Fraction(Eight a) =>
        new(((a.Value.AsInt32() & Vector256.Create(0x007FFFFF)) | Vector256.Create(0x3F800000)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight LessThan(Eight a, Eight b) => new(Vector256.LessThan(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight Equal(Eight a, Eight b) => new(Vector256.Equals(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight Select(Eight mask, Eight yes, Eight no) => new(Vector256.ConditionalSelect(mask.Value, yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight operator +(Eight a, Eight b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight operator -(Eight a, Eight b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight operator *(Eight a, Eight b) => new(a.Value * b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight operator /(Eight a, Eight b) => new(a.Value / b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight operator -(Eight a) => new(-a.Value);
}
