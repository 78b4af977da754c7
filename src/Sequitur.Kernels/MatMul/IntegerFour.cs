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
    public static IntegerFour Broadcast(int word) => new(Vector128.Create(word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour MultiplyNibbles(IntegerFour nibbles, IntegerFour bytes) =>
        Ssse3.IsSupported
            ? new(Ssse3.MultiplyAddAdjacent(nibbles.Value.AsByte(), bytes.Value.AsSByte()).AsInt32())
            : new(AdvSimd.Arm64.AddPairwise(
                AdvSimd.MultiplyWideningLower(nibbles.Value.AsSByte().GetLower(), bytes.Value.AsSByte().GetLower()),
                AdvSimd.MultiplyWideningUpper(nibbles.Value.AsSByte(), bytes.Value.AsSByte())).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour MultiplyWords(IntegerFour a, IntegerFour b) =>
        Sse2.IsSupported
            ? new(Sse2.MultiplyAddAdjacent(a.Value.AsInt16(), b.Value.AsInt16()))
            : new(AdvSimd.Arm64.AddPairwise(
                AdvSimd.MultiplyWideningLower(a.Value.AsInt16().GetLower(), b.Value.AsInt16().GetLower()),
                AdvSimd.MultiplyWideningUpper(a.Value.AsInt16(), b.Value.AsInt16())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour EvenBytes(IntegerFour bytes) => new(((bytes.Value.AsInt16() << 8) >> 8).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour OddBytes(IntegerFour bytes) => new((bytes.Value.AsInt16() >> 8).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour AddWords(IntegerFour a, IntegerFour b) => new((a.Value.AsInt16() + b.Value.AsInt16()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour AddIntegers(IntegerFour a, IntegerFour b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four ToFloat(IntegerFour integers) => new(Vector128.ConvertToSingle(integers.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four ByteToFloat(IntegerFour words, int index) => new(Vector128.ConvertToSingle((words.Value << (24 - (8 * index))) >> 24));
}
