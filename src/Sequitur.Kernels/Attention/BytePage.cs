using System.Runtime.CompilerServices;
using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Attention;

/// <summary>
/// The keys and values of one head in a page that keeps them as <see cref="ElementType.Q8_0"/>: per position, blocks of 32 numbers along the head have one scale.
/// </summary>
/// <remarks>
/// Keys stand with positions in lanes, <c>[key_dim][64]</c> signed bytes, their scales behind them the same way, <c>[blocks][64]</c> binary16; then values, <c>[64][value_dim]</c>, rows padded to a
/// multiple of 16, and their scales, <c>[64][blocks]</c>. So a line of memory is one dimension of 64 keys, and every part begins at a line.
/// </remarks>
/// <param name="head">Where the head's part of the page begins.</param>
/// <param name="keyDim">Numbers of a key.</param>
/// <param name="valueDim">Numbers of a value.</param>
internal readonly unsafe struct BytePage(byte* head, int keyDim, int valueDim)
{
    private const int Places = KeyValueSource.Tile;
    private const int Block = ByteRounding.Block;

    private readonly sbyte* _keys = (sbyte*)head;
    private readonly ushort* _keyScales = (ushort*)(head + ((long)keyDim * Places));
    private readonly sbyte* _values = (sbyte*)(head + KeyBytes(keyDim));
    private readonly ushort* _valueScales = (ushort*)(head + KeyBytes(keyDim) + ((long)AttentionShape.Padded(valueDim) * Places));
    private readonly int _keyDim = keyDim;
    private readonly int _valueDim = valueDim;

    /// <summary>Bytes of the keys of a page and head.</summary>
    public static long KeyBytes(int keyDim) => Places * ElementType.Q8_0.RowBytes(keyDim);

    /// <summary>Bytes of the values of a page and head.</summary>
    public static long ValueBytes(int valueDim) => Places * ElementType.Q8_0.RowBytes(AttentionShape.Padded(valueDim));

    /// <summary>A number of a key.</summary>
    public float Key(int place, int d) => HalfBits.Widen(_keyScales[(d / Block * Places) + place]) * _keys[((long)d * Places) + place];

    /// <summary>A number of a value.</summary>
    public float Value(int place, int d) => HalfBits.Widen(_valueScales[((long)place * Blocks(_valueDim)) + (d / Block)]) * _values[((long)place * AttentionShape.Padded(_valueDim)) + d];

    /// <summary>Rounds a key and writes it.</summary>
    public void WriteKey<V>(float* key, int place)
        where V : struct, ILanes<V>
    {
        var q = stackalloc float[Block];
        for (var first = 0; first < _keyDim; first += Block)
        {
            var count = Math.Min(Block, _keyDim - first);
            _keyScales[(first / Block * Places) + place] = ByteRounding.Round<V>(key + first, count, q);
            for (var i = 0; i < count; i++)
            {
                _keys[((long)(first + i) * Places) + place] = (sbyte)q[i];
            }
        }
    }

    /// <summary>Rounds a value and writes it.</summary>
    public void WriteValue<V>(float* value, int place)
        where V : struct, ILanes<V>
    {
        var q = stackalloc float[Block];
        var scales = _valueScales + ((long)place * Blocks(_valueDim));
        var bytes = _values + ((long)place * AttentionShape.Padded(_valueDim));
        for (var first = 0; first < _valueDim; first += Block)
        {
            var count = Math.Min(Block, _valueDim - first);
            scales[first / Block] = ByteRounding.Round<V>(value + first, count, q);
            for (var i = 0; i < count; i++)
            {
                bytes[first + i] = (sbyte)q[i];
            }
        }
    }

    /// <summary>Widens keys [from, to), multiples of 16, and asks for as many bytes at <paramref name="ahead"/>.</summary>
    public void WidenKeys<V>(int from, int to, float* destination, byte* ahead)
        where V : struct, ILanes<V>
    {
        for (var first = 0; first < _keyDim; first += Block)
        {
            Prefetch.Line(ahead + ((byte*)(_keyScales + (first / Block * Places)) - (byte*)_keys));
            WidenKeys<V>(first, Math.Min(Block, _keyDim - first), from, to, destination + ((long)first * Places), ahead + ((long)first * Places));
        }
    }

    /// <summary>Widens some dimensions, all of one block, of keys [from, to), multiples of 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void WidenKeys<V>(int first, int count, int from, int to, float* destination, byte* ahead)
        where V : struct, ILanes<V>
    {
        var keys = _keys + ((long)first * Places);
        var scales = _keyScales + (first / Block * Places);
        for (var place = from; place < to; place += V.Count)
        {
            var scale = V.LoadHalf(scales + place);
            for (var d = 0; d < count; d++)
            {
                if (place == from)
                {
                    Prefetch.Line(ahead + (d * Places));
                }

                V.Store(destination + (d * Places) + place, scale * V.LoadByte(keys + (d * Places) + place));
            }
        }
    }

    /// <summary>Widens values [from, to) to rows of the padded width, and asks for as many bytes at <paramref name="ahead"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void WidenValues<V>(int from, int to, float* destination, byte* ahead)
        where V : struct, ILanes<V>
    {
        var (width, blocks) = (AttentionShape.Padded(_valueDim), Blocks(_valueDim));
        for (var place = from; place < to; place++)
        {
            var values = _values + ((long)place * width);
            var scales = _valueScales + ((long)place * blocks);
            var row = destination + ((long)place * width);
            for (var first = 0; first < width; first += Block)
            {
                Prefetch.Line(ahead + ((long)place * width) + first);
                var scale = V.Broadcast(HalfBits.Widen(scales[first / Block]));
                for (var d = first; d < Math.Min(first + Block, width); d += V.Count)
                {
                    V.Store(row + d, scale * V.LoadByte(values + d));
                }
            }
        }

        for (var line = (long)from * blocks * sizeof(ushort); line < (long)to * blocks * sizeof(ushort); line += NativeBuffer.Alignment)
        {
            Prefetch.Line(ahead + ((long)Places * width) + line);
        }
    }

    private static int Blocks(int columns) => (columns + Block - 1) / Block;
}
