using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.MatMul;

/// <summary>Four words of integers: the 128-bit tier.</summary>
internal readonly unsafe struct IntegerFour(Vector128<int> value) : IIntegerLanes<IntegerFour, Four>
{
    public readonly Vector128<int> Value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour Load(void* source) => new(Vector128.Load((int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(void* target, IntegerFour value) => value.Value.Store((int*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour Broadcast(int word) => new(Vector128.Create(word));

    // As a float32: of that the compiler reads a word and spreads it in one instruction.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour BroadcastAt(int* words, nint index) => new(Vector128.Create(((float*)words)[index]).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour LoadPairs(sbyte* source) =>
        new(Vector128.WidenLower(Vector64.Load(source).ToVector128Unsafe()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour LoadBytes(sbyte* source) =>
        new(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(int*)source).AsSByte())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour LoadWords(ushort* source) =>
        new(Vector128.WidenLower(Vector64.Load(source).ToVector128Unsafe()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour LoadTable(sbyte* source) =>
        new(Vector128.Load((int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour LookUp(IntegerFour table, IntegerFour indices) =>
        new(Vector128.Shuffle(table.Value.AsByte(), indices.Value.AsByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour MultiplyBytes(IntegerFour unsigned, IntegerFour signed) =>
        Ssse3.IsSupported
            ? new(Ssse3.MultiplyAddAdjacent(unsigned.Value.AsByte(), signed.Value.AsSByte()).AsInt32())
            : new(AdvSimd.Arm64.AddPairwise(
                AdvSimd.MultiplyWideningLower(unsigned.Value.AsSByte().GetLower(), signed.Value.AsSByte().GetLower()),
                AdvSimd.MultiplyWideningUpper(unsigned.Value.AsSByte(), signed.Value.AsSByte())).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour Magnitudes(IntegerFour bytes) => Ssse3.IsSupported ? new(Ssse3.Abs(bytes.Value.AsSByte()).AsInt32()) : bytes;

    // On x86 signs go over to x; 2 · 128 · 127 fits 16 bits. ARM multiplies signed bytes, and sums four of them where it can.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour MultiplySigned(IntegerFour magnitudes, IntegerFour bytes, IntegerFour x)
    {
        if (Ssse3.IsSupported)
        {
            return MultiplyWords(MultiplyBytes(magnitudes, new(Ssse3.Sign(x.Value.AsSByte(), bytes.Value.AsSByte()).AsInt32())), Broadcast(0x00010001));
        }

        var (a, b) = (bytes.Value.AsSByte(), x.Value.AsSByte());
        return Dp.IsSupported
            ? new(Dp.DotProduct(Vector128<int>.Zero, a, b))
            : new(AdvSimd.Arm64.AddPairwise(
                AdvSimd.AddPairwiseWidening(AdvSimd.MultiplyWideningLower(a.GetLower(), b.GetLower())),
                AdvSimd.AddPairwiseWidening(AdvSimd.MultiplyWideningUpper(a, b))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour MultiplyWords(IntegerFour a, IntegerFour b) =>
        Sse2.IsSupported
            ? new(Sse2.MultiplyAddAdjacent(a.Value.AsInt16(), b.Value.AsInt16()))
            : new(AdvSimd.Arm64.AddPairwise(
                AdvSimd.MultiplyWideningLower(a.Value.AsInt16().GetLower(), b.Value.AsInt16().GetLower()),
                AdvSimd.MultiplyWideningUpper(a.Value.AsInt16(), b.Value.AsInt16())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour MultiplyLow(IntegerFour a, IntegerFour b) => new((a.Value.AsInt16() * b.Value.AsInt16()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour EvenBytes(IntegerFour bytes) => new(((bytes.Value.AsInt16() << 8) >> 8).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour OddBytes(IntegerFour bytes) => new((bytes.Value.AsInt16() >> 8).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour AddWords(IntegerFour a, IntegerFour b) => new((a.Value.AsInt16() + b.Value.AsInt16()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour AddIntegers(IntegerFour a, IntegerFour b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour SubtractBytes(IntegerFour a, IntegerFour b) => new((a.Value.AsSByte() - b.Value.AsSByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour SubtractWords(IntegerFour a, IntegerFour b) => new((a.Value.AsInt16() - b.Value.AsInt16()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour And(IntegerFour a, IntegerFour b) => new(a.Value & b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour Or(IntegerFour a, IntegerFour b) => new(a.Value | b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour ShiftLeft(IntegerFour words, int count) => new(words.Value << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour ShiftRight(IntegerFour words, int count) => new(words.Value >>> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four ToFloat(IntegerFour integers) => new(Vector128.ConvertToSingle(integers.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four AsFloat(IntegerFour words) => new(words.Value.AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four ByteToFloat(IntegerFour words, int index) => new(Vector128.ConvertToSingle((words.Value << (24 - (8 * index))) >> 24));
}
