using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sequitur.Kernels.Numerics;

/// <summary>Four lanes: the 128-bit tier.</summary>
internal readonly unsafe struct Four(Vector128<float> value) : ILanes<Four>
{
    public readonly Vector128<float> Value = value;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four Broadcast(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four Load(float* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, Four value) => value.Value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four LoadHalf(ushort* source) => new(HalfBits.Widen(Vector64.Load(source)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four LoadFiniteHalf(ushort* source) => new(HalfBits.WidenFinite(Vector64.Load(source)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalf(ushort* destination, Four value) => HalfBits.Narrow(value.Value).Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four LoadByte(sbyte* source) =>
        new(Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<int>(source)).AsSByte()))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four LoadInteger(int* source) => new(Vector128.ConvertToSingle(Vector128.Load(source)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four Fma(Four a, Four b, Four c) => new(Vector128.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four Max(Four a, Four b) => new(Vector128.Max(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four Min(Four a, Four b) => new(Vector128.Min(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four Sqrt(Four a) => new(Vector128.Sqrt(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four Abs(Four a) => new(Vector128.Abs(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four Round(Four a) => new(Vector128.Round(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four PowerOfTwo(Four n) =>
        new(Vector128.ShiftLeft(Vector128.ConvertToInt32Native(n.Value) + Vector128.Create(127), 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four Exponent(Four a) =>
        new(Vector128.ConvertToSingle((Vector128.ShiftRightLogical(a.Value.AsInt32(), 23) & Vector128.Create(255)) - Vector128.Create(127)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four Fraction(Four a) =>
        new(((a.Value.AsInt32() & Vector128.Create(0x007FFFFF)) | Vector128.Create(0x3F800000)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four LessThan(Four a, Four b) => new(Vector128.LessThan(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four Equal(Four a, Four b) => new(Vector128.Equals(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four Select(Four mask, Four yes, Four no) => new(Vector128.ConditionalSelect(mask.Value, yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four operator +(Four a, Four b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four operator -(Four a, Four b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four operator *(Four a, Four b) => new(a.Value * b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four operator /(Four a, Four b) => new(a.Value / b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four operator -(Four a) => new(-a.Value);
}
