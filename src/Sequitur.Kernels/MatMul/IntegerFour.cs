using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Sequitur.Kernels.Formats;
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour LowNibbles(IntegerFour bytes) => new(bytes.Value & Vector128.Create(0x0F0F0F0F));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour HighNibbles(IntegerFour bytes) => new((bytes.Value >>> 4) & Vector128.Create(0x0F0F0F0F));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four LowHalf(IntegerFour words) => Widen(words.Value << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four HighHalf(IntegerFour words) => Widen(words.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerFour Gather(byte* rows, nint stride) =>
        new(Vector128.Create(*(int*)rows, *(int*)(rows + stride), *(int*)(rows + (2 * stride)), *(int*)(rows + (3 * stride))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Turn(byte* rows, nint stride, out IntegerFour a, out IntegerFour b, out IntegerFour c, out IntegerFour d)
    {
        var p = Vector128.Load((uint*)rows);
        var q = Vector128.Load((uint*)(rows + stride));
        var r = Vector128.Load((uint*)(rows + (2 * stride)));
        var s = Vector128.Load((uint*)(rows + (3 * stride)));
        Quads.Turn(ref p, ref q, ref r, ref s);
        (a, b, c, d) = (new(p.AsInt32()), new(q.AsInt32()), new(r.AsInt32()), new(s.AsInt32()));
    }

    // As HalfBits.Widen, from the upper halves of words.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four Widen(Vector128<int> words)
    {
        var magnitude = (words >>> 3) & Vector128.Create(0x0FFFE000);
        var scaled = (magnitude.AsSingle() * Vector128.Create(5.192296858534828e33f)).AsInt32();
        var special = Vector128.GreaterThanOrEqual(magnitude, Vector128.Create(0x0F800000));
        var number = Vector128.ConditionalSelect(special, magnitude | Vector128.Create(0x7F800000), scaled);
        return new((number | (words & Vector128.Create(int.MinValue))).AsSingle());
    }
}
