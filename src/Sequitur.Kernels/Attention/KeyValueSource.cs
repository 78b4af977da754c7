using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Attention;

/// <summary>Where an attention reads its keys and values: rows of the batch, or pages of a cache.</summary>
public abstract unsafe class KeyValueSource
{
    /// <summary>Positions of a page, and keys of a tile.</summary>
    internal const int Tile = 64;

    private protected KeyValueSource()
    {
    }

    /// <exception cref="ArgumentException">What is stored does not fit the shape.</exception>
    internal abstract void Check(AttentionShape shape);

    /// <summary>The ragged dimension that counts the keys, given the one that the attention was told.</summary>
    internal abstract RaggedRows Counting(RaggedRows told);

    /// <summary>How many keys a sequence has.</summary>
    internal abstract long Keys(long sequence, RaggedRows counting);

    /// <summary>Copies one key, as float32.</summary>
    internal abstract void CopyKey(AttentionShape shape, long sequence, long position, int head, float* destination);

    /// <summary>Copies one value, as float32.</summary>
    internal abstract void CopyValue(AttentionShape shape, long sequence, long position, int head, float* destination);

    /// <summary>
    /// Keys 64·tile + [from, to) with keys in lanes, <c>[KeyDim][64]</c>: in place, or written to <paramref name="scratch"/>.
    /// Other lanes hold anything.
    /// </summary>
    internal abstract float* KeyTile<V>(AttentionShape shape, long sequence, long tile, int head, int from, int to, float* scratch)
        where V : struct, ILanes<V>;

    /// <summary>
    /// Values 64·tile + [from, to), rows <paramref name="stride"/> floats apart and readable up to the padded width: in place,
    /// or written to <paramref name="scratch"/>. Other rows, and numbers behind a row, are anything.
    /// </summary>
    internal abstract float* ValueTile<V>(AttentionShape shape, long sequence, long tile, int head, int from, int to, float* scratch, out long stride)
        where V : struct, ILanes<V>;

    /// <summary>
    /// The tile of <see cref="KeyTile"/> where it lies, if it is stored as binary16 and holds finite numbers only; else null. At <paramref name="ahead"/> lies what is read next.
    /// </summary>
    internal virtual ushort* FiniteKeys(long sequence, long tile, int head, int from, int to, out byte* ahead)
    {
        ahead = null;
        return null;
    }

    /// <summary>
    /// The tile of <see cref="ValueTile"/> where it lies, its rows the padded width apart, if it is stored as binary16 and holds finite numbers only; else null. At <paramref name="ahead"/> lies
    /// what is read next.
    /// </summary>
    internal virtual ushort* FiniteValues(long sequence, long tile, int head, int from, int to, out byte* ahead)
    {
        ahead = null;
        return null;
    }
}
