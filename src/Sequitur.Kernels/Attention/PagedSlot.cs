using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Attention;

/// <summary>
/// One layer's keys and values in the pages of a cache. A page holds 64 positions of a sequence, for all slots of a group one after
/// another; page p of a sequence holds positions 64p … 64p + 63.
/// </summary>
/// <remarks>
/// Inside a slot, per key head: the keys with positions in lanes <c>[key_dim][64]</c>, then the values <c>[64][value_dim]</c>, each row
/// padded to a multiple of 16 numbers. So scores load 64 keys of one dimension, and a value is one run of memory. Q8_0 has scales besides: <see cref="BytePage"/>.
/// </remarks>
public sealed unsafe class PagedSlot : KeyValueSource
{
    /// <summary>Positions of a page.</summary>
    public const int PageSize = Tile;

    private const int PagesPerSpan = AttentionShape.Span / PageSize;

    private readonly Operand _pageTable;
    private readonly Region _pool;
    private readonly long _pageBytes;
    private readonly long _slotOffset;
    private readonly int _keyDim;
    private readonly int _valueDim;
    private readonly long _headBytes;
    private readonly long _pages;
    private readonly Region _specials;

    /// <summary>Describes a slot.</summary>
    /// <param name="pageTable">Numbers of a sequence's pages in the pool, I32 <c>[sequences, max_pages]</c>; entries behind the last page of a sequence are not read.</param>
    /// <param name="pool">All pages; page n begins at <c>n·page_bytes</c>.</param>
    /// <param name="pageBytes">Bytes of a page, all slots together.</param>
    /// <param name="slotOffset">Where this slot begins inside a page.</param>
    /// <param name="format">How numbers are stored: F32, F16 or Q8_0.</param>
    /// <param name="keyHeads">Heads of keys and values.</param>
    /// <param name="keyDim">Numbers of a key, per head.</param>
    /// <param name="valueDim">Numbers of a value, per head.</param>
    /// <param name="valuesInKeys">Whether a value is the first <paramref name="valueDim"/> numbers of its key, and nothing else is stored (latent attention).</param>
    /// <param name="specials">
    /// A number beside the pool that is not zero once an infinity or NaN was written to it, so that readers need not look for any; none where others write to the pool, too.
    /// </param>
    /// <exception cref="ArgumentException">The slot does not fit its page, or the format stores no keys.</exception>
    public PagedSlot(
        Operand pageTable, Region pool, long pageBytes, long slotOffset, ElementType format, int keyHeads, int keyDim, int valueDim, bool valuesInKeys, Region specials = default)
    {
        Shapes.Check(pageTable, pageTable.Columns, ElementType.I32, "page table");
        var slotBytes = BytesPerPage(format, keyHeads, keyDim, valueDim, valuesInKeys);
        if (slotOffset < 0 || slotOffset > pageBytes - slotBytes || slotOffset % NativeBuffer.Alignment != 0 || pageBytes % NativeBuffer.Alignment != 0)
        {
            throw new ArgumentException($"a slot of {slotBytes} bytes at {slotOffset} does not fit pages of {pageBytes} bytes (or is not aligned to {NativeBuffer.Alignment})");
        }

        _pageTable = pageTable;
        _pool = pool;
        _pageBytes = pageBytes;
        _slotOffset = slotOffset;
        Format = format;
        KeyHeads = keyHeads;
        _keyDim = keyDim;
        _valueDim = valueDim;
        ValuesInKeys = valuesInKeys;
        _headBytes = slotBytes / keyHeads;
        _pages = pool.Bytes / pageBytes;
        _specials = specials;
    }

    /// <summary>How numbers are stored.</summary>
    public ElementType Format { get; }

    /// <summary>Heads of keys and values.</summary>
    public int KeyHeads { get; }

    /// <summary>Whether a value is the first numbers of its key.</summary>
    public bool ValuesInKeys { get; }

    /// <summary>Positions that a sequence may have.</summary>
    internal long Positions => (long)_pageTable.Columns * PageSize;

    internal int KeyDim => _keyDim;

    internal int ValueDim => _valueDim;

    // Known without looking.
    private bool IsFinite => !_specials.IsEmpty && Volatile.Read(ref *(int*)_specials.Address) == 0;

    private int ElementBytes => Format == ElementType.F32 ? sizeof(float) : sizeof(ushort);

    /// <summary>Bytes that a slot takes of each page, a multiple of 64.</summary>
    /// <exception cref="ArgumentException">The format is none of F32, F16 and Q8_0, or a size is impossible.</exception>
    public static long BytesPerPage(ElementType format, int keyHeads, int keyDim, int valueDim, bool valuesInKeys)
    {
        if (format is not (ElementType.F32 or ElementType.F16 or ElementType.Q8_0))
        {
            throw Impossible(format);
        }

        if (keyHeads < 1 || keyDim < 1 || valueDim < 1 || (valuesInKeys && valueDim > keyDim))
        {
            throw new ArgumentException($"a cache of {keyHeads} heads with keys of {keyDim} and values of {valueDim}{(valuesInKeys ? " inside the keys" : string.Empty)}");
        }

        if (format == ElementType.Q8_0)
        {
            return checked((BytePage.KeyBytes(keyDim) + (valuesInKeys ? 0 : BytePage.ValueBytes(valueDim))) * keyHeads);
        }

        var numbers = checked((long)keyDim + (valuesInKeys ? 0 : AttentionShape.Padded(valueDim)));
        return checked(numbers * PageSize * keyHeads * format.RowBytes(1));
    }

    internal static ArgumentException Impossible(ElementType format) => new($"keys and values cannot be stored as {format}");

    internal override void Check(AttentionShape shape)
    {
        if (shape.KeyHeads != KeyHeads || shape.KeyDim != _keyDim || shape.ValueDim != _valueDim)
        {
            throw new ArgumentException(
                $"attention over {shape.KeyHeads} key heads of {shape.KeyDim} and {shape.ValueDim} cannot read a cache of {KeyHeads} of {_keyDim} and {_valueDim}");
        }
    }

    internal override RaggedRows Counting(RaggedRows told) => told;

    internal override long Keys(long sequence, RaggedRows counting) => counting.LengthOf(sequence);

    /// <summary>Where the keys of a head begin in the page of a position.</summary>
    internal byte* Head(long sequence, long page, int head)
    {
        if (page < 0 || page >= _pageTable.Columns)
        {
            throw new InvalidOperationException($"sequence {sequence} reaches page {page} of a table of {_pageTable.Columns}");
        }

        var number = _pageTable.Integers(sequence)[page];
        if (number < 0 || number >= _pages)
        {
            throw new InvalidOperationException($"page {page} of sequence {sequence} is number {number} of a pool of {_pages}");
        }

        return _pool.Address + (number * _pageBytes) + _slotOffset + (head * _headBytes);
    }

    /// <summary>Where the values begin, from where the keys do.</summary>
    internal byte* Values(byte* head) => head + (Format == ElementType.Q8_0 ? BytePage.KeyBytes(_keyDim) : (long)_keyDim * PageSize * ElementBytes);

    /// <summary>What begins at <paramref name="head"/>, where it is stored as Q8_0.</summary>
    internal BytePage Bytes(byte* head) => new(head, _keyDim, _valueDim);

    internal override void CopyKey(AttentionShape shape, long sequence, long position, int head, float* destination)
    {
        var keys = Head(sequence, position / PageSize, head);
        for (var d = 0; d < _keyDim; d++)
        {
            destination[d] = Key(keys, (int)(position % PageSize), d);
        }
    }

    internal override void CopyValue(AttentionShape shape, long sequence, long position, int head, float* destination)
    {
        var keys = Head(sequence, position / PageSize, head);
        for (var d = 0; d < _valueDim; d++)
        {
            destination[d] = ValuesInKeys ? Key(keys, (int)(position % PageSize), d)
                : Format == ElementType.Q8_0 ? Bytes(keys).Value((int)(position % PageSize), d)
                : Read(Values(keys), (position % PageSize * shape.PaddedValueDim) + d);
        }
    }

    internal override float* KeyTile<V>(AttentionShape shape, long sequence, long tile, int head, int from, int to, float* scratch)
    {
        var keys = Head(sequence, tile, head);
        if (Format == ElementType.F32)
        {
            return (float*)keys;
        }

        var (start, end) = Groups(from, to);
        if (Format == ElementType.Q8_0)
        {
            Bytes(keys).WidenKeys<V>(start, end, scratch, AheadOfKeys(sequence, tile, head));
            return scratch;
        }

        var finite = FiniteKeys(sequence, tile, head, from, to, out _) != null;
        for (var d = 0; d < _keyDim; d++)
        {
            var row = (d * PageSize) + start;
            WidenHalves<V>((ushort*)keys + row, end - start, scratch + row, finite);
        }

        return scratch;
    }

    internal override float* ValueTile<V>(AttentionShape shape, long sequence, long tile, int head, int from, int to, float* scratch, out long stride)
    {
        stride = shape.PaddedValueDim;
        var keys = Head(sequence, tile, head);
        if (ValuesInKeys)
        {
            TurnKeys<V>(keys, from, to, scratch, stride);
            return scratch;
        }

        if (Format == ElementType.F32)
        {
            return (float*)Values(keys);
        }

        if (Format == ElementType.Q8_0)
        {
            Bytes(keys).WidenValues<V>(from, to, scratch, AheadOfValues(sequence, tile, head));
            return scratch;
        }

        var finite = FiniteValues(sequence, tile, head, from, to, out _) != null;
        WidenHalves<V>((ushort*)Values(keys) + (from * stride), (int)((to - from) * stride), scratch + (from * stride), finite);
        return scratch;
    }

    /// <summary>Remembers that the pool holds an infinity or NaN, if these numbers do.</summary>
    internal void Note(ReadOnlySpan<ushort> written)
    {
        if (!_specials.IsEmpty && !HalfBits.AreFinite(written))
        {
            Volatile.Write(ref *(int*)_specials.Address, 1);
        }
    }

    internal override ushort* FiniteKeys(long sequence, long tile, int head, int from, int to, out byte* ahead)
    {
        ahead = null;
        if (Format != ElementType.F16)
        {
            return null;
        }

        var keys = (ushort*)Head(sequence, tile, head);
        var (start, end) = Groups(from, to);
        ahead = AheadOfKeys(sequence, tile, head);
        return IsFinite || Widen.AreFinite(keys + start, _keyDim, PageSize, end - start) ? keys : null;
    }

    internal override ushort* FiniteValues(long sequence, long tile, int head, int from, int to, out byte* ahead)
    {
        ahead = null;
        if (Format != ElementType.F16 || ValuesInKeys)
        {
            return null;
        }

        var values = (ushort*)Values(Head(sequence, tile, head));
        var width = AttentionShape.Padded(_valueDim);
        var start = (long)from * width;
        ahead = AheadOfValues(sequence, tile, head);
        return IsFinite || Widen.AreFinite(values + start, to - from, width, width) ? values : null;
    }

    // Whole groups of lanes around keys [from, to).
    private static (int Start, int End) Groups(int from, int to) => (from & ~15, (to + 15) & ~15);

    private static void WidenHalves<V>(ushort* source, int count, float* destination, bool finite)
        where V : struct, ILanes<V>
    {
        if (finite)
        {
            Widen.Halves<V, FiniteHalves>(source, count, destination);
        }
        else
        {
            Widen.Halves<V, AnyHalves>(source, count, destination);
        }
    }

    // What a sweep reads after a page: the keys of a span's pages, then their values, then the next span. A page that has no number (behind the last one, or
    // before a window) is not asked for; the page itself is then.
    private byte* AheadOfKeys(long sequence, long page, int head)
    {
        var ends = (page + 1) % PagesPerSpan == 0;
        var next = Known(sequence, ends ? page + 1 - PagesPerSpan : page + 1, head, page);
        return ends && !ValuesInKeys ? Values(next) : next;
    }

    private byte* AheadOfValues(long sequence, long page, int head)
    {
        var next = Known(sequence, page + 1, head, page);
        return (page + 1) % PagesPerSpan == 0 ? next : Values(next);
    }

    private byte* Known(long sequence, long page, int head, long otherwise)
    {
        var known = page < _pageTable.Columns && _pageTable.Integers(sequence)[page] is var number && number >= 0 && number < _pages;
        return Head(sequence, known ? page : otherwise, head);
    }

    private void TurnKeys<V>(byte* keys, int from, int to, float* scratch, long stride)
        where V : struct, ILanes<V>
    {
        if (Format == ElementType.F32)
        {
            Transpose.Columns((float*)keys + from, PageSize, _valueDim, to - from, scratch + (from * stride), stride);
            return;
        }

        const int Rows = 4;
        var widened = stackalloc float[Rows * PageSize];
        for (var d = 0; d < _valueDim; d += Rows)
        {
            var rows = Math.Min(Rows, _valueDim - d);
            if (Format == ElementType.Q8_0)
            {
                Bytes(keys).WidenKeys<V>(d, rows, 0, PageSize, widened, keys + ((long)(d + rows) * PageSize));
            }
            else
            {
                Widen.Halves<V, AnyHalves>((ushort*)keys + (d * PageSize), rows * PageSize, widened);
            }

            Transpose.Columns(widened + from, PageSize, rows, to - from, scratch + (from * stride) + d, stride);
        }
    }

    private float Key(byte* keys, int place, int d) => Format == ElementType.Q8_0 ? Bytes(keys).Key(place, d) : Read(keys, ((long)d * PageSize) + place);

    private float Read(byte* block, long index) =>
        Format == ElementType.F32 ? ((float*)block)[index] : One.LoadHalf((ushort*)block + index).Value;
}
