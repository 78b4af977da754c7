using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Attention;

/// <summary>What becomes of keys and values that are written into a cache and read again, for whoever computes with them outside of it.</summary>
public static unsafe class CacheRounding
{
    /// <summary>Rounds the numbers of one key or value, of one head, in place, as a cache of a format gives them back.</summary>
    /// <exception cref="ArgumentException">No cache has the format.</exception>
    public static void Round(ElementType format, Span<float> head)
    {
        switch (format)
        {
            case ElementType.F32:
                break;
            case ElementType.F16:
                foreach (ref var number in head)
                {
                    number = HalfBits.Widen(HalfBits.Narrow(number));
                }

                break;
            case ElementType.Q8_0:
                RoundBlocks(head);
                break;
            default:
                throw PagedSlot.Impossible(format);
        }
    }

    private static void RoundBlocks(Span<float> head)
    {
        var q = stackalloc float[ByteRounding.Block];
        fixed (float* numbers = head)
        {
            for (var first = 0; first < head.Length; first += ByteRounding.Block)
            {
                var count = Math.Min(ByteRounding.Block, head.Length - first);
                var scale = HalfBits.Widen(ByteRounding.Round<One>(numbers + first, count, q));
                for (var i = 0; i < count; i++)
                {
                    numbers[first + i] = scale * (sbyte)q[i];
                }
            }
        }
    }
}
