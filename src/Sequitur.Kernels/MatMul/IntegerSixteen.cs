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
    public static void Store(void* target, IntegerSixteen value) => value.Value.Store((int*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen Broadcast(int word) => new(Vector512.Create(word));

    // As a float32: of that the compiler reads a word and spreads it in one instruction.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen BroadcastAt(int* words, nint index) => new(Vector512.Create(((float*)words)[index]).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen LoadPairs(sbyte* source) =>
        new(Avx512BW.ConvertToVector512Int16(Vector256.Load(source)).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen LoadBytes(sbyte* source) =>
        new(Avx512F.ConvertToVector512Int32(Vector128.Load(source)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen LoadWords(ushort* source) =>
        new(Avx512F.ConvertToVector512Int32(Vector256.Load(source)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen LoadTable(sbyte* source) =>
        new(Avx512F.BroadcastVector128ToVector512((int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen LookUp(IntegerSixteen table, IntegerSixteen indices) =>
        new(Avx512BW.Shuffle(table.Value.AsByte(), indices.Value.AsByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen MultiplyBytes(IntegerSixteen unsigned, IntegerSixteen signed) =>
        new(Avx512BW.MultiplyAddAdjacent(unsigned.Value.AsByte(), signed.Value.AsSByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen Magnitudes(IntegerSixteen bytes) => new(Avx512BW.Abs(bytes.Value.AsSByte()).AsInt32());

    // Signs go over to x; 2 · 128 · 127 fits 16 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen MultiplySigned(IntegerSixteen magnitudes, IntegerSixteen bytes, IntegerSixteen x)
    {
        var signed = Vector512.ConditionalSelect(
            Vector512.LessThan(bytes.Value.AsSByte(), Vector512<sbyte>.Zero), Vector512<sbyte>.Zero - x.Value.AsSByte(), x.Value.AsSByte());
        return MultiplyWords(MultiplyBytes(magnitudes, new(signed.AsInt32())), Broadcast(0x00010001));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen MultiplyWords(IntegerSixteen a, IntegerSixteen b) =>
        new(Avx512BW.MultiplyAddAdjacent(a.Value.AsInt16(), b.Value.AsInt16()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen MultiplyLow(IntegerSixteen a, IntegerSixteen b) => new((a.Value.AsInt16() * b.Value.AsInt16()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen EvenBytes(IntegerSixteen bytes) => new(((bytes.Value.AsInt16() << 8) >> 8).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen OddBytes(IntegerSixteen bytes) => new((bytes.Value.AsInt16() >> 8).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen AddWords(IntegerSixteen a, IntegerSixteen b) => new((a.Value.AsInt16() + b.Value.AsInt16()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen AddIntegers(IntegerSixteen a, IntegerSixteen b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen SubtractBytes(IntegerSixteen a, IntegerSixteen b) => new((a.Value.AsSByte() - b.Value.AsSByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen SubtractWords(IntegerSixteen a, IntegerSixteen b) => new((a.Value.AsInt16() - b.Value.AsInt16()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen And(IntegerSixteen a, IntegerSixteen b) => new(a.Value & b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen Or(IntegerSixteen a, IntegerSixteen b) => new(a.Value | b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen ShiftLeft(IntegerSixteen words, int count) => new(words.Value << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntegerSixteen ShiftRight(IntegerSixteen words, int count) => new(words.Value >>> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen ToFloat(IntegerSixteen integers) => new(Vector512.ConvertToSingle(integers.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen AsFloat(IntegerSixteen words) => new(words.Value.AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen ByteToFloat(IntegerSixteen words, int index) => new(Vector512.ConvertToSingle((words.Value << (24 - (8 * index))) >> 24));
}
