namespace Sequitur.Kernels;

/// <summary>A number of rows: a constant, or a multiple of a size that is known only when a program runs.</summary>
/// <param name="Symbol">Index into <see cref="RunSizes"/>, or −1 for a constant.</param>
/// <param name="Factor">The constant, or what the size is multiplied with.</param>
public readonly record struct Extent(int Symbol, long Factor)
{
    /// <summary>A constant number of rows.</summary>
    public static Extent Constant(long rows) => new(-1, rows);

    /// <summary>The number of rows in one run.</summary>
    public long In(RunSizes sizes) => Symbol < 0 ? Factor : sizes[Symbol] * Factor;
}

/// <summary>The sizes of one run of a program: how many tokens, sequences, outputs … there are this time.</summary>
public sealed class RunSizes(int count)
{
    private readonly long[] _values = new long[count];

    /// <summary>The size of a named unknown, by its index.</summary>
    public long this[int symbol]
    {
        get => _values[symbol];
        set => _values[symbol] = value;
    }
}
