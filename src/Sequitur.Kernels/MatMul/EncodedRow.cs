using System.Runtime.Intrinsics;

namespace Sequitur.Kernels.MatMul;

/// <summary>Where the parts of a row of <see cref="ElementType.Encoded8"/> lie, from some block on.</summary>
internal readonly unsafe struct EncodedRow
{
    private const int Block = ElementTypes.GroupSize;

    /// <summary>The integers as the product's inner loop reads them: the bytes themselves, or widened.</summary>
    public readonly int* Words;
    public readonly sbyte* Integers;
    public readonly float* Scales;
    public readonly float* Sums;

    /// <summary>The sums of the first and the last 16 integers of each group, two 16-bit integers in a word.</summary>
    public readonly int* HalfSums;

    public EncodedRow(byte* row, int columns)
        : this((sbyte*)row, (float*)(row + columns), columns / Block)
    {
    }

    private EncodedRow(sbyte* integers, float* scales, int groups)
        : this(integers, scales, scales + groups, (int*)(scales + (2 * groups)), (int*)integers)
    {
    }

    private EncodedRow(sbyte* integers, float* scales, float* sums, int* halfSums, int* words)
    {
        Integers = integers;
        Scales = scales;
        Sums = sums;
        HalfSums = halfSums;
        Words = words;
    }

    public EncodedRow At(int block)
    {
        var integers = Integers + ((long)block * Block);
        return new(integers, Scales + block, Sums + block, HalfSums + block, (int*)integers);
    }

    /// <summary>Widens blocks to 16 bits: for each block the even bytes (8 words of two), then the odd ones.</summary>
    public EncodedRow Widen(int* words, int blocks)
    {
        for (var b = 0; b < blocks; b++)
        {
            for (var half = 0; half < 2; half++)
            {
                var bytes = Vector128.Load((short*)(Integers + (b * Block) + (half * 16)));
                var target = (short*)(words + (b * Block / 2) + (half * 4));
                ((bytes << 8) >> 8).Store(target);
                (bytes >> 8).Store(target + 16);
            }
        }

        return new(Integers, Scales, Sums, HalfSums, words);
    }
}
