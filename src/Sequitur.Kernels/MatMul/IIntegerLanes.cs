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

    /// <summary>One 32-bit word in all lanes.</summary>
    static abstract I Broadcast(int word);

    /// <summary>16-bit sums of neighbouring products of unsigned bytes (at most 15) and signed bytes: no sum saturates.</summary>
    static abstract I MultiplyNibbles(I nibbles, I bytes);

    /// <summary>32-bit sums of neighbouring products of 16-bit integers.</summary>
    static abstract I MultiplyWords(I a, I b);

    /// <summary>The even signed bytes, widened to 16 bits.</summary>
    static abstract I EvenBytes(I bytes);

    /// <summary>The odd signed bytes, widened to 16 bits.</summary>
    static abstract I OddBytes(I bytes);

    static abstract I AddWords(I a, I b);

    static abstract I AddIntegers(I a, I b);

    /// <summary>32-bit integers as floats.</summary>
    static abstract V ToFloat(I integers);

    /// <summary>Signed byte <paramref name="index"/> (0 to 3) of every 32-bit word as a float.</summary>
    static abstract V ByteToFloat(I words, int index);

    static abstract I LowNibbles(I bytes);

    static abstract I HighNibbles(I bytes);

    /// <summary>The lower 16 bits of every 32-bit word, a binary16, widened.</summary>
    static abstract V LowHalf(I words);

    /// <summary>The upper 16 bits of every 32-bit word, a binary16, widened.</summary>
    static abstract V HighHalf(I words);

    /// <summary>One word of each row: rows lie <paramref name="stride"/> bytes apart and become lanes.</summary>
    static abstract I Gather(byte* rows, nint stride);

    /// <summary>Four words of each row: word j of the rows becomes the lanes of vector j.</summary>
    static abstract void Turn(byte* rows, nint stride, out I a, out I b, out I c, out I d);
}
