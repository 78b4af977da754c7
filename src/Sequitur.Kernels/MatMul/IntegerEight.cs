using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.MatMul;

/// <summary>Eight words of integers: the 256-bit tier.</summary>
internal readonly unsafe struct IntegerEight(Vector256<int> value) : IIntegerLanes<IntegerEight, Eight>
{
    public readonly Vector256<int> Value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight Load(void* source) => new(Vector256.Load((int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight Broadcast(int word) => new(Vector256.Create(word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight MultiplyNibbles(IntegerEight nibbles, IntegerEight bytes) =>
        new(Avx2.MultiplyAddAdjacent(nibbles.Value.AsByte(), bytes.Value.AsSByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight MultiplyWords(IntegerEight a, IntegerEight b) =>
        new(Avx2.MultiplyAddAdjacent(a.Value.AsInt16(), b.Value.AsInt16()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight EvenBytes(IntegerEight bytes) => new(((bytes.Value.AsInt16() << 8) >> 8).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight OddBytes(IntegerEight bytes) => new((bytes.Value.AsInt16() >> 8).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight AddWords(IntegerEight a, IntegerEight b) => new((a.Value.AsInt16() + b.Value.AsInt16()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight AddIntegers(IntegerEight a, IntegerEight b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight ToFloat(IntegerEight integers) => new(Vector256.ConvertToSingle(integers.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight ByteToFloat(IntegerEight words, int index) => new(Vector256.ConvertToSingle((words.Value << (24 - (8 * index))) >> 24));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight LowNibbles(IntegerEight bytes) => new(bytes.Value & Vector256.Create(0x0F0F0F0F));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight HighNibbles(IntegerEight bytes) => new((bytes.Value >>> 4) & Vector256.Create(0x0F0F0F0F));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight LowHalf(IntegerEight words) => Widen(words.Value << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight HighHalf(IntegerEight words) => Widen(words.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight Gather(byte* rows, nint stride) =>
        new(Vector256.Create(IntegerFour.Gather(rows, stride).Value, IntegerFour.Gather(rows + (4 * stride), stride).Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Turn(byte* rows, nint stride, out IntegerEight a, out IntegerEight b, out IntegerEight c, out IntegerEight d)
    {
        // Lane group j of the four vectors holds rows 4j … 4j+3, which are turned within the group.
        var (p, q, r, s) = (Load(rows, stride), Load(rows + stride, stride), Load(rows + (2 * stride), stride), Load(rows + (3 * stride), stride));
        var (pq01, pq23) = (Avx2.UnpackLow(p, q).AsInt64(), Avx2.UnpackHigh(p, q).AsInt64());
        var (rs01, rs23) = (Avx2.UnpackLow(r, s).AsInt64(), Avx2.UnpackHigh(r, s).AsInt64());
        a = new(Avx2.UnpackLow(pq01, rs01).AsInt32());
        b = new(Avx2.UnpackHigh(pq01, rs01).AsInt32());
        c = new(Avx2.UnpackLow(pq23, rs23).AsInt32());
        d = new(Avx2.UnpackHigh(pq23, rs23).AsInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Load(byte* row, nint stride) =>
        Vector256.Create(Vector128.Load((int*)row), Vector128.Load((int*)(row + (4 * stride))));

    // As HalfBits.Widen, from the upper halves of words.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Eight Widen(Vector256<int> words)
    {
        var magnitude = (words >>> 3) & Vector256.Create(0x0FFFE000);
        var scaled = (magnitude.AsSingle() * Vector256.Create(5.192296858534828e33f)).AsInt32();
        var special = Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(0x0F800000));
        var number = Vector256.ConditionalSelect(special, magnitude | Vector256.Create(0x7F800000), scaled);
        return new((number | (words & Vector256.Create(int.MinValue))).AsSingle());
    }
}
