namespace Sequitur.Kernels;

/// <summary>How the numbers of a row of an activation are stored.</summary>
public enum ElementType
{
    /// <summary>IEEE 754 binary32.</summary>
    F32,

    /// <summary>IEEE 754 binary16.</summary>
    F16,

    /// <summary>
    /// What a cache keeps of a head's keys and values: per 32 numbers (at the end of a head fewer) 32 signed bytes q and a binary16 d, rounded as ggml's Q8_0 is; a number is
    /// read as <c>fl(d·q)</c>. Bytes and scales lie apart, as the cache's pages have them.
    /// </summary>
    Q8_0,

    /// <summary>32-bit signed integers: ids, positions, page numbers.</summary>
    I32,

    /// <summary>
    /// Activations encoded for integer matrix products: per group of 32 numbers 32 signed bytes q, a scale d, s = d·Σq, and Σq of both halves.
    /// A row of n numbers stores all q [n], then all d [n/32] as F32, then all s [n/32] as F32, then all pairs of sums [n/32] as two I16.
    /// </summary>
    Encoded8,
}

/// <summary>Sizes of <see cref="ElementType"/>s.</summary>
public static class ElementTypes
{
    /// <summary>Numbers that share one scale in <see cref="ElementType.Encoded8"/> and <see cref="ElementType.Q8_0"/>.</summary>
    public const int GroupSize = 32;

    /// <summary>Bytes of a row of <paramref name="columns"/> numbers.</summary>
    /// <exception cref="ArgumentException">The type stores groups, and the row is no whole number of them.</exception>
    public static long RowBytes(this ElementType type, long columns) => type switch
    {
        ElementType.F32 or ElementType.I32 => columns * 4,
        ElementType.F16 => columns * 2,
        ElementType.Q8_0 => columns + ((columns + GroupSize - 1) / GroupSize * 2),
        ElementType.Encoded8 when columns % GroupSize == 0 => columns + (columns / GroupSize * 12),
        ElementType.Encoded8 => throw new ArgumentException($"a row of {columns} numbers is no whole number of groups of {GroupSize}"),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
