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
}
