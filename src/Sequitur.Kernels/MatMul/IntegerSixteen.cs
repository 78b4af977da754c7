using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.MatMul;

/// <summary>Sixteen words of integers: the 512-bit tier.</summary>
internal readonly unsafe struct IntegerSixteen(Vector512<int> value) : IIntegerLanes<IntegerSixteen, Sixteen>
{
    public readonly Vector512<int> Value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen Load(void* source) => new(Vector512.Load((int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen Broadcast(int word) => new(Vector512.Create(word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen MultiplyNibbles(IntegerSixteen nibbles, IntegerSixteen bytes) =>
        new(Avx512BW.MultiplyAddAdjacent(nibbles.Value.AsByte(), bytes.Value.AsSByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen MultiplyWords(IntegerSixteen a, IntegerSixteen b) =>
        new(Avx512BW.MultiplyAddAdjacent(a.Value.AsInt16(), b.Value.AsInt16()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen EvenBytes(IntegerSixteen bytes) => new(((bytes.Value.AsInt16() << 8) >> 8).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen OddBytes(IntegerSixteen bytes) => new((bytes.Value.AsInt16() >> 8).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen AddWords(IntegerSixteen a, IntegerSixteen b) => new((a.Value.AsInt16() + b.Value.AsInt16()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen AddIntegers(IntegerSixteen a, IntegerSixteen b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen ToFloat(IntegerSixteen integers) => new(Vector512.ConvertToSingle(integers.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen ByteToFloat(IntegerSixteen words, int index) => new(Vector512.ConvertToSingle((words.Value << (24 - (8 * index))) >> 24));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen LowNibbles(IntegerSixteen bytes) => new(bytes.Value & Vector512.Create(0x0F0F0F0F));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen HighNibbles(IntegerSixteen bytes) => new((bytes.Value >>> 4) & Vector512.Create(0x0F0F0F0F));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen LowHalf(IntegerSixteen words) => Widen(words.Value << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen HighHalf(IntegerSixteen words) => Widen(words.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen Gather(byte* rows, nint stride) =>
        new(Vector512.Create(IntegerEight.Gather(rows, stride).Value, IntegerEight.Gather(rows + (8 * stride), stride).Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Turn(byte* rows, nint stride, out IntegerSixteen a, out IntegerSixteen b, out IntegerSixteen c, out IntegerSixteen d)
    {
        // Lane group j of the four vectors holds rows 4j … 4j+3, which are turned within the group.
        var (p, q, r, s) = (Load(rows, stride), Load(rows + stride, stride), Load(rows + (2 * stride), stride), Load(rows + (3 * stride), stride));
        var (pq01, pq23) = (Avx512F.UnpackLow(p, q).AsInt64(), Avx512F.UnpackHigh(p, q).AsInt64());
        var (rs01, rs23) = (Avx512F.UnpackLow(r, s).AsInt64(), Avx512F.UnpackHigh(r, s).AsInt64());
        a = new(Avx512F.UnpackLow(pq01, rs01).AsInt32());
        b = new(Avx512F.UnpackHigh(pq01, rs01).AsInt32());
        c = new(Avx512F.UnpackLow(pq23, rs23).AsInt32());
        d = new(Avx512F.UnpackHigh(pq23, rs23).AsInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Load(byte* row, nint stride) => Vector512.Create(
        Vector256.Create(Vector128.Load((int*)row), Vector128.Load((int*)(row + (4 * stride)))),
        Vector256.Create(Vector128.Load((int*)(row + (8 * stride))), Vector128.Load((int*)(row + (12 * stride)))));

    // As HalfBits.Widen, from the upper halves of words.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Sixteen Widen(Vector512<int> words)
    {
        var magnitude = (words >>> 3) & Vector512.Create(0x0FFFE000);
        var scaled = (magnitude.AsSingle() * Vector512.Create(5.192296858534828e33f)).AsInt32();
        var special = Vector512.GreaterThanOrEqual(magnitude, Vector512.Create(0x0F800000));
        var number = Vector512.ConditionalSelect(special, magnitude | Vector512.Create(0x7F800000), scaled);
        return new((number | (words & Vector512.Create(int.MinValue))).AsSingle());
    }
}
