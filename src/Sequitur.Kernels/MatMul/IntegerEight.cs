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
    public static void Store(void* target, IntegerEight value) => value.Value.Store((int*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight Broadcast(int word) => new(Vector256.Create(word));

    // As a float32: of that the compiler reads a word and spreads it in one instruction.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight BroadcastAt(int* words, nint index) => new(Vector256.Create(((float*)words)[index]).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight LoadPairs(sbyte* source) =>
        new(Avx2.ConvertToVector256Int16(Vector128.Load(source)).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight LoadBytes(sbyte* source) =>
        new(Avx2.ConvertToVector256Int32(source)); // straight from memory, not over the stack

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight LoadWords(ushort* source) =>
        new(Avx2.ConvertToVector256Int32(Vector128.Load(source)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight LoadTable(sbyte* source) =>
        new(Avx2.BroadcastVector128ToVector256((int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight LookUp(IntegerEight table, IntegerEight indices) =>
        new(Avx2.Shuffle(table.Value.AsByte(), indices.Value.AsByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight MultiplyBytes(IntegerEight unsigned, IntegerEight signed) =>
        new(Avx2.MultiplyAddAdjacent(unsigned.Value.AsByte(), signed.Value.AsSByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight Magnitudes(IntegerEight bytes) => new(Avx2.Abs(bytes.Value.AsSByte()).AsInt32());

    // Signs go over to x; 2 · 128 · 127 fits 16 bits. Where there is AVX-VNNI, one instruction adds all four products of a word.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight MultiplySigned(IntegerEight magnitudes, IntegerEight bytes, IntegerEight x)
    {
        var signed = new IntegerEight(Avx2.Sign(x.Value.AsSByte(), bytes.Value.AsSByte()).AsInt32());
        return AvxVnni.IsSupported
            ? new(AvxVnni.MultiplyWideningAndAdd(Vector256<int>.Zero, magnitudes.Value.AsByte(), signed.Value.AsSByte()))
            : MultiplyWords(MultiplyBytes(magnitudes, signed), Broadcast(0x00010001));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight MultiplyWords(IntegerEight a, IntegerEight b) =>
        new(Avx2.MultiplyAddAdjacent(a.Value.AsInt16(), b.Value.AsInt16()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight MultiplyLow(IntegerEight a, IntegerEight b) => new((a.Value.AsInt16() * b.Value.AsInt16()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight EvenBytes(IntegerEight bytes) => new(((bytes.Value.AsInt16() << 8) >> 8).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight OddBytes(IntegerEight bytes) => new((bytes.Value.AsInt16() >> 8).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight AddWords(IntegerEight a, IntegerEight b) => new((a.Value.AsInt16() + b.Value.AsInt16()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight AddIntegers(IntegerEight a, IntegerEight b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight SubtractBytes(IntegerEight a, IntegerEight b) => new((a.Value.AsSByte() - b.Value.AsSByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight SubtractWords(IntegerEight a, IntegerEight b) => new((a.Value.AsInt16() - b.Value.AsInt16()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight And(IntegerEight a, IntegerEight b) => new(a.Value & b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight Or(IntegerEight a, IntegerEight b) => new(a.Value | b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight ShiftLeft(IntegerEight words, int count) => new(words.Value << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerEight ShiftRight(IntegerEight words, int count) => new(words.Value >>> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight ToFloat(IntegerEight integers) => new(Vector256.ConvertToSingle(integers.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight AsFloat(IntegerEight words) => new(words.Value.AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Eight ByteToFloat(IntegerEight words, int index) => new(Vector256.ConvertToSingle((words.Value << (24 - (8 * index))) >> 24));
}
