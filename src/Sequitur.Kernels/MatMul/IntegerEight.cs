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
}
