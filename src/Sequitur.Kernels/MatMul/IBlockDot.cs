using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.MatMul;

/// <summary>How the integers of one block are multiplied: what a word of weights is split into, and what is summed.</summary>
internal unsafe interface IBlockDot<I>
{
    /// <summary>32-bit words that a block of x takes.</summary>
    static abstract int Words { get; }

    static abstract I First(I weights);

    static abstract I Second(I weights);

    /// <summary>acc + the products of group <paramref name="group"/> (four k) of x.</summary>
    static abstract I Add(I acc, I first, I second, int* x, int group);

    /// <summary>The sums as 32-bit integers.</summary>
    static abstract I Finish(I acc);
}

/// <summary>Weights from 0 to 15: products of bytes, summed in 16 bits (16 · 15 · 127 fits).</summary>
internal readonly unsafe struct NibbleDot<I, V> : IBlockDot<I>
    where I : struct, IIntegerLanes<I, V>
    where V : struct, ILanes<V>
{
    public static int Words => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I First(I weights) => weights;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Second(I weights) => weights;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Add(I acc, I first, I second, int* x, int group) => I.AddWords(acc, I.MultiplyNibbles(first, I.Broadcast(x[group])));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Finish(I acc) => I.MultiplyWords(acc, I.Broadcast(0x00010001));
}

/// <summary>Weights from −128 to 127: products of 16-bit words, even and odd k apart; x holds 8 words of even, then 8 of odd k.</summary>
internal readonly unsafe struct ByteDot<I, V> : IBlockDot<I>
    where I : struct, IIntegerLanes<I, V>
    where V : struct, ILanes<V>
{
    public static int Words => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I First(I weights) => I.EvenBytes(weights);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Second(I weights) => I.OddBytes(weights);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Add(I acc, I first, I second, int* x, int group) => I.AddIntegers(
        I.AddIntegers(acc, I.MultiplyWords(first, I.Broadcast(x[group]))),
        I.MultiplyWords(second, I.Broadcast(x[8 + group])));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Finish(I acc) => acc;
}
