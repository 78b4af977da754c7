namespace Sequitur.Kernels.Formats.Panels;

/// <summary>What the integers of a decoded panel are.</summary>
internal enum IntegerKind
{
    /// <summary>Bytes from 0 to 15, from which an offset may have to be taken: sums of 16 products with signed bytes fit 16 bits.</summary>
    Nibbles,

    /// <summary>Signed bytes.</summary>
    Bytes,

    /// <summary>16-bit integers, of each word of four columns first the even, then the odd ones: factors of 16 columns are multiplied in.</summary>
    Words,
}

/// <summary>
/// Where the integers, scales and minima of some groups of a panel lie when decoded for the matrix product: integers as
/// <c>[group][word][row]</c>, a word being the columns 4i … 4i+3; scales and minima as F32 <c>[group][row]</c>.
/// </summary>
internal readonly unsafe struct IntegerPanel(byte* integers, float* scales, float* minima, int* minimumFactors)
{
    /// <summary>Bytes of the integers of a group, at most.</summary>
    public const int LargestGroupBytes = 1024;

    public readonly byte* Integers = integers;
    public readonly float* Scales = scales;

    /// <summary>Undefined where the format has no minimum.</summary>
    public readonly float* Minima = minima;

    /// <summary>Pairs of 16-bit factors of the minima, where halves have their own.</summary>
    public readonly int* MinimumFactors = minimumFactors;

    /// <summary>Bytes that an integer panel of <paramref name="groups"/> groups takes.</summary>
    public static long Bytes(int groups) => (long)groups * (LargestGroupBytes + (3 * PanelRows.Count * sizeof(float)));

    /// <summary>Cuts memory of <see cref="Bytes"/> bytes.</summary>
    public static IntegerPanel Cut(byte* memory, int groups)
    {
        var scales = (float*)(memory + ((long)groups * LargestGroupBytes));
        var count = groups * PanelRows.Count;
        return new(memory, scales, scales + count, (int*)(scales + (2 * count)));
    }

    public static int GroupBytes(IntegerKind kind) => kind == IntegerKind.Words ? LargestGroupBytes : LargestGroupBytes / 2;

    public IntegerPanel Lane(int lane) => new(Integers + (lane * 4), Scales + lane, Minima + lane, MinimumFactors + lane);
}
