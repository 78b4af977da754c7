using Sequitur.Kernels.Memory;

namespace Sequitur.Tensors.Caches;

/// <summary>The pages of a model's caches: one pool a group, of a fixed number of pages. Which sequence holds which page is the engine's to decide.</summary>
public sealed class CacheMemory : IDisposable
{
    private readonly Dictionary<string, CachePool> _pools = [];

    /// <summary>Reserves the pools (untouched pages cost address space only).</summary>
    /// <param name="layout">Where slots lie in pages.</param>
    /// <param name="positions">Positions to hold in all sequences together.</param>
    /// <param name="sequences">Sequences to hold; each may leave one page partly filled.</param>
    public CacheMemory(CacheLayout layout, long positions, int sequences)
    {
        Layout = layout;
        MaxSequences = sequences;
        foreach (var group in layout.Groups)
        {
            var pages = checked(CacheLayout.PagesFor(group, positions) + sequences);
            _pools.Add(group.Name, new(new NativeBuffer(checked(layout.PageBytes(group.Name) * pages), zeroed: false), pages, new NativeBuffer(sizeof(int))));
        }
    }

    /// <summary>Where slots lie in pages.</summary>
    public CacheLayout Layout { get; }

    /// <summary>Sequences that can be held.</summary>
    public int MaxSequences { get; }

    /// <summary>Pages of a group's pool.</summary>
    public int Pages(string group) => _pools[group].Pages;

    /// <summary>The pool of a group.</summary>
    public Region Pool(string group) => _pools[group].Buffer.Region;

    /// <summary>A number that is not zero once an infinity or NaN was written to a group's pool.</summary>
    public Region Specials(string group) => _pools[group].Specials.Region;

    /// <summary>Frees the pages. No plan over them may run any more.</summary>
    public void Dispose()
    {
        foreach (var pool in _pools.Values)
        {
            pool.Buffer.Dispose();
            pool.Specials.Dispose();
        }
    }

    private sealed record CachePool(NativeBuffer Buffer, int Pages, NativeBuffer Specials);
}
