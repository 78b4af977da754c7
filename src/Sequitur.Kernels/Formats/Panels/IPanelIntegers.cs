using System.Runtime.CompilerServices;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats.Panels;

/// <summary>
/// How the stored integers of a group (32 columns of 16 rows) lie in a panel. Their planes are made of vectors of 64 bytes, 4 bytes a row; seen as
/// bytes, a group is eight words a row, word i holding the columns 4i … 4i+3: a vector of words has the rows in its lanes, so sums need no step
/// across lanes.
/// </summary>
internal unsafe interface IPanelIntegers
{
    /// <summary>Bytes of a group, a multiple of 64.</summary>
    static abstract int Bytes { get; }

    /// <summary>Words of a row and group that stored blocks may hold as they are; 0 where bits of a number lie in several planes.</summary>
    static virtual int StoredWords => 0;

    /// <summary>Writes the eight words of a row: of each byte the bits from <paramref name="shift"/> on, as many as are stored.</summary>
    static abstract void Store(uint* words, int shift, byte* group, int row);

    /// <summary>
    /// Words <paramref name="index"/> and <paramref name="index"/> + 4 (index from 0 to 3) of as many rows as a vector has lanes; <paramref name="group"/> points
    /// at the first row's bytes.
    /// </summary>
    static abstract (I First, I Last) Words<I, V>(byte* group, nint index)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>;
}

/// <summary>Eight bits a number.</summary>
internal readonly unsafe struct Bytes : IPanelIntegers
{
    static int IPanelIntegers.Bytes => 512;

    static int IPanelIntegers.StoredWords => 8;

    public static void Store(uint* words, int shift, byte* group, int row)
    {
        for (var i = 0; i < 8; i++)
        {
            ((uint*)group)[(i * 16) + row] = words[i] >> shift;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (I First, I Last) Words<I, V>(byte* group, nint index)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> => (I.Load(group + (index * 64)), I.Load(group + 256 + (index * 64)));
}

/// <summary>Four bits a number: low nibbles hold the words 0 to 3, high nibbles 4 to 7.</summary>
internal readonly unsafe struct Nibbles : IPanelIntegers
{
    public const int Size = 256;

    public static int Bytes => Size;

    static int IPanelIntegers.StoredWords => 4;

    public static void Store(uint* words, int shift, byte* group, int row)
    {
        for (var i = 0; i < 4; i++)
        {
            ((uint*)group)[(i * 16) + row] = (words[i] >> shift & 0x0F0F0F0F) | ((words[i + 4] >> shift & 0x0F0F0F0F) << 4);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (I First, I Last) Words<I, V>(byte* group, nint index)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var bytes = I.Load(group + (index * 64));
        var mask = I.Broadcast(0x0F0F0F0F);
        return (I.And(bytes, mask), I.And(I.ShiftRight(bytes, 4), mask));
    }
}

/// <summary>Two bits a number: bits 2i and 2i+1 of the first vector hold word i, of the second word 4+i.</summary>
internal readonly unsafe struct Crumbs : IPanelIntegers
{
    public const int Size = 128;

    public static int Bytes => Size;

    public static void Store(uint* words, int shift, byte* group, int row)
    {
        ((uint*)group)[row] = Join(words, shift);
        ((uint*)group)[16 + row] = Join(words + 4, shift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (I First, I Last) Words<I, V>(byte* group, nint index)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var mask = I.Broadcast(0x03030303);
        return (I.And(I.ShiftRight(I.Load(group), 2 * (int)index), mask), I.And(I.ShiftRight(I.Load(group + 64), 2 * (int)index), mask));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Join(uint* words, int shift)
    {
        const uint mask = 0x03030303;
        return (words[0] >> shift & mask) | ((words[1] >> shift & mask) << 2) | ((words[2] >> shift & mask) << 4) | ((words[3] >> shift & mask) << 6);
    }
}

/// <summary>One bit a number: bit i of the vector holds word i.</summary>
internal readonly unsafe struct Bits : IPanelIntegers
{
    public const int Size = 64;

    public static int Bytes => Size;

    public static void Store(uint* words, int shift, byte* group, int row) =>
        ((uint*)group)[row] = Join(words, shift) | (Join(words + 4, shift) << 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (I First, I Last) Words<I, V>(byte* group, nint index)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var bytes = I.ShiftRight(I.Load(group), (int)index);
        var mask = I.Broadcast(0x01010101);
        return (I.And(bytes, mask), I.And(I.ShiftRight(bytes, 4), mask));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Join(uint* words, int shift)
    {
        const uint mask = 0x01010101;
        return (words[0] >> shift & mask) | ((words[1] >> shift & mask) << 1) | ((words[2] >> shift & mask) << 2) | ((words[3] >> shift & mask) << 3);
    }
}

/// <summary>Five bits a number: four in <see cref="Nibbles"/>, then the highest in <see cref="Bits"/>.</summary>
internal readonly unsafe struct NibblesAndBits : IPanelIntegers
{
    public static int Bytes => Nibbles.Size + Bits.Size;

    public static void Store(uint* words, int shift, byte* group, int row)
    {
        Nibbles.Store(words, shift, group, row);
        Bits.Store(words, shift + 4, group + Nibbles.Size, row);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (I First, I Last) Words<I, V>(byte* group, nint index)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var (low, high) = (Nibbles.Words<I, V>(group, index), Bits.Words<I, V>(group + Nibbles.Size, index));
        return (I.Or(low.First, I.ShiftLeft(high.First, 4)), I.Or(low.Last, I.ShiftLeft(high.Last, 4)));
    }
}

/// <summary>Six bits a number: four in <see cref="Nibbles"/>, then the higher two in <see cref="Crumbs"/>.</summary>
internal readonly unsafe struct NibblesAndCrumbs : IPanelIntegers
{
    public static int Bytes => Nibbles.Size + Crumbs.Size;

    public static void Store(uint* words, int shift, byte* group, int row)
    {
        Nibbles.Store(words, shift, group, row);
        Crumbs.Store(words, shift + 4, group + Nibbles.Size, row);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (I First, I Last) Words<I, V>(byte* group, nint index)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var (low, high) = (Nibbles.Words<I, V>(group, index), Crumbs.Words<I, V>(group + Nibbles.Size, index));
        return (I.Or(low.First, I.ShiftLeft(high.First, 4)), I.Or(low.Last, I.ShiftLeft(high.Last, 4)));
    }
}

/// <summary>Three bits a number: two in <see cref="Crumbs"/>, then the highest in <see cref="Bits"/>.</summary>
internal readonly unsafe struct CrumbsAndBits : IPanelIntegers
{
    public static int Bytes => Crumbs.Size + Bits.Size;

    public static void Store(uint* words, int shift, byte* group, int row)
    {
        Crumbs.Store(words, shift, group, row);
        Bits.Store(words, shift + 2, group + Crumbs.Size, row);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (I First, I Last) Words<I, V>(byte* group, nint index)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var (low, high) = (Crumbs.Words<I, V>(group, index), Bits.Words<I, V>(group + Crumbs.Size, index));
        return (I.Or(low.First, I.ShiftLeft(high.First, 2)), I.Or(low.Last, I.ShiftLeft(high.Last, 2)));
    }
}
