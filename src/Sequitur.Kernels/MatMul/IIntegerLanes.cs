using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.MatMul;

/// <summary>
/// The integers beside <see cref="ILanes{V}"/>: a vector of as many 32-bit words, seen as bytes, 16-bit or 32-bit integers. All exact.
/// </summary>
internal unsafe interface IIntegerLanes<I, V>
    where I : struct, IIntegerLanes<I, V>
    where V : struct, ILanes<V>
{
    static abstract I Load(void* source);

    static abstract void Store(void* target, I value);

    /// <summary>One 32-bit word in all lanes.</summary>
    static abstract I Broadcast(int word);

    /// <summary>Word <paramref name="index"/> from an address, in all lanes: an instruction that reads memory by itself.</summary>
    static abstract I BroadcastAt(int* words, nint index);

    /// <summary>Reads two signed bytes a lane and widens them to its two 16-bit integers.</summary>
    static abstract I LoadPairs(sbyte* source);

    /// <summary>Reads a signed byte a lane and widens it.</summary>
    static abstract I LoadBytes(sbyte* source);

    /// <summary>Reads an unsigned 16-bit integer a lane and widens it.</summary>
    static abstract I LoadWords(ushort* source);

    /// <summary>Sixteen bytes for <see cref="LookUp"/>.</summary>
    static abstract I LoadTable(sbyte* source);

    /// <summary>table[index] for every byte; indices are from 0 to 15.</summary>
    static abstract I LookUp(I table, I indices);

    /// <summary>16-bit sums of neighbouring products of unsigned bytes (at most 63) and signed bytes (at least −127): no sum saturates.</summary>
    static abstract I MultiplyBytes(I unsigned, I signed);

    /// <summary>The magnitudes of signed bytes, from 0 to 128: unsigned bytes.</summary>
    static abstract I Magnitudes(I bytes);

    /// <summary>32-bit sums of four neighbouring products of signed bytes with x (at least −127); <see cref="Magnitudes"/> of the bytes are given.</summary>
    static abstract I MultiplySigned(I magnitudes, I bytes, I x);

    /// <summary>32-bit sums of neighbouring products of 16-bit integers.</summary>
    static abstract I MultiplyWords(I a, I b);

    /// <summary>The lower 16 bits of the products of 16-bit integers.</summary>
    static abstract I MultiplyLow(I a, I b);

    /// <summary>The even signed bytes, widened to 16 bits.</summary>
    static abstract I EvenBytes(I bytes);

    /// <summary>The odd signed bytes, widened to 16 bits.</summary>
    static abstract I OddBytes(I bytes);

    static abstract I AddWords(I a, I b);

    static abstract I AddIntegers(I a, I b);

    static abstract I SubtractBytes(I a, I b);

    static abstract I SubtractWords(I a, I b);

    static abstract I And(I a, I b);

    static abstract I Or(I a, I b);

    /// <summary>Shifts 32-bit words up.</summary>
    static abstract I ShiftLeft(I words, int count);

    /// <summary>Shifts 32-bit words down, zeros coming in.</summary>
    static abstract I ShiftRight(I words, int count);

    /// <summary>32-bit integers as floats.</summary>
    static abstract V ToFloat(I integers);

    /// <summary>The bits of 32-bit words seen as floats.</summary>
    static abstract V AsFloat(I words);

    /// <summary>Signed byte <paramref name="index"/> (0 to 3) of every 32-bit word as a float.</summary>
    static abstract V ByteToFloat(I words, int index);
}
