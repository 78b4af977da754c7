using Sequitur.Tensors.Caches;

namespace Sequitur.Engine.KvCache;

/// <summary>
/// What caches take when they are full. The system gives their pages only as they are touched, so one that never fits would be found out in the middle of an answer, by the system, which ends
/// the process: <see cref="MemoryBudget"/> asks before.
/// </summary>
public static class CacheBudget
{
    /// <summary>Bytes of the pools for so many sequences of a length, each with one page more than it fills.</summary>
    public static decimal Bytes(CacheLayout layout, long context, int sequences)
    {
        var positions = (decimal)context * sequences;
        var bytes = 0m;
        foreach (var group in layout.Groups)
        {
            var pages = group.Kind == Retention.Recurrent ? 1 : decimal.Ceiling(positions / CacheLayout.PageSize);
            bytes += layout.PageBytes(group.Name) * (pages + sequences);
        }

        return bytes;
    }

    /// <summary>Bytes of one position more in one sequence.</summary>
    public static decimal BytesAPosition(CacheLayout layout) =>
        decimal.Truncate(layout.Groups.Where(group => group.Kind != Retention.Recurrent).Aggregate(0m, (sum, group) => sum + layout.PageBytes(group.Name)) / CacheLayout.PageSize);

    /// <summary>The longest context, up to a most, whose caches take no more than so many bytes; 0 where none is short enough.</summary>
    public static long LargestContext(CacheLayout layout, long most, int sequences, decimal bytes)
    {
        var (fits, doesNot) = (0L, most + 1);
        while (doesNot - fits > 1)
        {
            var context = fits + ((doesNot - fits) / 2);
            (fits, doesNot) = Bytes(layout, context, sequences) <= bytes ? (context, doesNot) : (fits, context);
        }

        return fits;
    }
}
