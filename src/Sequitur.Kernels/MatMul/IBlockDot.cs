using System.Runtime.CompilerServices;
using Sequitur.Kernels.Formats.Panels;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.MatMul;

/// <summary>How the decoded integers of one group are multiplied: what a word of four columns is split into, and what is summed.</summary>
internal unsafe interface IBlockDot<I>
{
    /// <summary>32-bit words that a group of x takes.</summary>
    static abstract int Words { get; }

    /// <summary>Bytes of a group of decoded weights (<see cref="IntegerPanel"/>).</summary>
    static abstract int GroupBytes { get; }

    static abstract I First(byte* group, int index);

    static abstract I Second(byte* group, int index);

    /// <summary>acc + the products of word <paramref name="index"/> with x.</summary>
    static abstract I Add(I acc, I first, I second, int* x, int index);

    /// <summary>The sums as 32-bit integers; <paramref name="negative"/> is minus the weights' offset in 16-bit words.</summary>
    static abstract I Finish(I acc, I negative, int* halfSums);
}

/// <summary>Weights from 0 to 15: products of bytes, summed in 16 bits (16 · 15 · 127 fits).</summary>
internal readonly unsafe struct NibbleDot<I, V> : IBlockDot<I>
    where I : struct, IIntegerLanes<I, V>
    where V : struct, ILanes<V>
{
    public static int Words => 8;

    public static int GroupBytes => 512;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I First(byte* group, int index) => I.Load(group + (index * 64));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Second(byte* group, int index) => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Add(I acc, I first, I second, int* x, int index) => I.AddWords(acc, I.MultiplyBytes(first, I.Broadcast(x[index])));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Finish(I acc, I negative, int* halfSums) => I.MultiplyWords(acc, I.Broadcast(0x00010001));
}

/// <summary>Weights from 0 to 15 less an offset, which is taken off the sums.</summary>
internal readonly unsafe struct OffsetNibbleDot<I, V> : IBlockDot<I>
    where I : struct, IIntegerLanes<I, V>
    where V : struct, ILanes<V>
{
    public static int Words => NibbleDot<I, V>.Words;

    public static int GroupBytes => NibbleDot<I, V>.GroupBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I First(byte* group, int index) => NibbleDot<I, V>.First(group, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Second(byte* group, int index) => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Add(I acc, I first, I second, int* x, int index) => NibbleDot<I, V>.Add(acc, first, second, x, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Finish(I acc, I negative, int* halfSums) =>
        I.AddIntegers(NibbleDot<I, V>.Finish(acc, negative, halfSums), I.MultiplyWords(negative, I.Broadcast(*halfSums)));
}

/// <summary>Weights from −128 to 127: products of 16-bit words, even and odd k apart; x holds 8 words of even, then 8 of odd k.</summary>
internal readonly unsafe struct ByteDot<I, V> : IBlockDot<I>
    where I : struct, IIntegerLanes<I, V>
    where V : struct, ILanes<V>
{
    public static int Words => 16;

    public static int GroupBytes => 512;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I First(byte* group, int index) => I.EvenBytes(I.Load(group + (index * 64)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Second(byte* group, int index) => I.OddBytes(I.Load(group + (index * 64)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Add(I acc, I first, I second, int* x, int index) => I.AddIntegers(
        I.AddIntegers(acc, I.MultiplyWords(first, I.Broadcast(x[index]))),
        I.MultiplyWords(second, I.Broadcast(x[8 + index])));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Finish(I acc, I negative, int* halfSums) => acc;
}

/// <summary>Weights of 16 bits, even and odd k apart as x has them.</summary>
internal readonly unsafe struct WordDot<I, V> : IBlockDot<I>
    where I : struct, IIntegerLanes<I, V>
    where V : struct, ILanes<V>
{
    public static int Words => ByteDot<I, V>.Words;

    public static int GroupBytes => 1024;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I First(byte* group, int index) => I.Load(group + (index * 128));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Second(byte* group, int index) => I.Load(group + (index * 128) + 64);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Add(I acc, I first, I second, int* x, int index) => ByteDot<I, V>.Add(acc, first, second, x, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Finish(I acc, I negative, int* halfSums) => acc;
}
