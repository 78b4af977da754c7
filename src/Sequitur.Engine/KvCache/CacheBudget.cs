using Sequitur.Kernels;
using Sequitur.Tensors.Caches;

namespace Sequitur.Engine.KvCache;

/// <summary>
/// Whether the caches can be filled on this machine. The system gives their pages only as they are touched, so without this check one that never fits would be found out in the middle
/// of an answer, by the system, which ends the process.
/// </summary>
public static class CacheBudget
{
    /// <summary>Bytes of the pools for so many sequences of a length, each with one page more than it fills.</summary>
    public static Int128 Bytes(CacheLayout layout, long context, int sequences)
    {
        var positions = (Int128)context * sequences;
        var bytes = (Int128)0;
        foreach (var group in layout.Groups)
        {
            var pages = group.Kind == Retention.Recurrent ? 1 : (positions + CacheLayout.PageSize - 1) / CacheLayout.PageSize;
            bytes += layout.PageBytes(group.Name) * (pages + sequences);
        }

        return bytes;
    }

    /// <summary>Refuses caches that are larger than the machine's memory.</summary>
    /// <exception cref="CapacityException">They are; the message has both numbers.</exception>
    public static void Require(CacheLayout layout, long context, int sequences)
    {
        var (needed, there) = (Bytes(layout, context, sequences), Platform.Current.PhysicalBytes());
        if (needed > there)
        {
            throw new CapacityException(
                $"the cache for a context of {context}{(sequences > 1 ? $" in {sequences} sequences" : "")} needs {needed} bytes, {needed / ((Int128)context * sequences)} a position, and the machine has {there} bytes of memory: use a smaller --context");
        }
    }
}
