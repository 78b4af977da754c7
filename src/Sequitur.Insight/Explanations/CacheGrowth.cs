using Sequitur.Tensors.Caches;

namespace Sequitur.Insight;

/// <summary>What a sequence of a length has in the caches.</summary>
/// <param name="layout">Where slots lie in pages.</param>
internal sealed class CacheGrowth(CacheLayout layout)
{
    /// <summary>Pages that hold it, of all groups.</summary>
    public int Pages(long positions) => layout.Groups.Sum(group => CacheLayout.PagesFor(group, positions));

    /// <summary>Bytes in use: those of its positions, and of its states.</summary>
    public long Bytes(long positions) => layout.Groups.Sum(group => group.Kind == Retention.Recurrent
        ? layout.PageBytes(group.Name)
        : layout.PageBytes(group.Name) / CacheLayout.PageSize * positions);
}
