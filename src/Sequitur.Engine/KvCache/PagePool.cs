using Sequitur.Tensors.Caches;

namespace Sequitur.Engine.KvCache;

/// <summary>Who holds which page: free lists and reference counts of every group's pool. A page is free when nobody holds it.</summary>
public sealed class PagePool
{
    private readonly Dictionary<string, Group> _groups = [];

    /// <summary>All pages of the memory, free.</summary>
    public PagePool(CacheMemory memory)
    {
        Memory = memory;
        foreach (var group in memory.Layout.Groups)
        {
            _groups.Add(group.Name, new Group(memory.Pages(group.Name)));
        }
    }

    /// <summary>The pages' memory.</summary>
    public CacheMemory Memory { get; }

    /// <summary>Free pages of a group.</summary>
    public int Free(string group) => _groups[group].FreeCount;

    /// <summary>Gives out the free pages of all groups in another order; results must not depend on it (tests).</summary>
    public void Shuffle(int seed)
    {
        foreach (var group in _groups.Values)
        {
            group.Shuffle(seed);
        }
    }

    /// <summary>Checks that some pages are free.</summary>
    /// <exception cref="CapacityException">They are not.</exception>
    public void Require(string group, int pages) => _groups[group].Require(group, pages);

    /// <summary>Takes a free page.</summary>
    /// <exception cref="CapacityException">All pages are held.</exception>
    public int Take(string group) => _groups[group].Take(group);

    /// <summary>Holds a page once more.</summary>
    /// <exception cref="InvalidOperationException">Nobody holds it.</exception>
    public void Share(string group, int page) => _groups[group].Share(page);

    /// <summary>Whether a page has other holders.</summary>
    public bool IsShared(string group, int page) => _groups[group].Holders(page) > 1;

    /// <summary>Lets go of a page.</summary>
    /// <exception cref="InvalidOperationException">Nobody holds it.</exception>
    public void Release(string group, int page) => _groups[group].Release(page);

    /// <summary>Copies the content of a page.</summary>
    public void Copy(string group, int from, int to)
    {
        var bytes = Memory.Layout.PageBytes(group);
        var pool = Memory.Pool(group);
        pool.Slice(from * bytes, bytes).AsSpan<byte>().CopyTo(pool.Slice(to * bytes, bytes).AsSpan<byte>());
    }

    private sealed class Group
    {
        private readonly int[] _free;
        private readonly int[] _holders;

        public Group(int pages)
        {
            _free = new int[pages];
            _holders = new int[pages];
            for (; FreeCount < pages; FreeCount++)
            {
                _free[FreeCount] = pages - 1 - FreeCount;
            }
        }

        public int FreeCount { get; private set; }

        public void Shuffle(int seed)
        {
            var order = new Random(seed);
            order.Shuffle(_free.AsSpan(0, FreeCount));
        }

        public void Require(string name, int pages)
        {
            if (pages > FreeCount)
            {
                throw new CapacityException(
                    $"{pages} pages of the cache group '{name}' are needed, and {FreeCount} of {_holders.Length} are free; use a shorter context or fewer sequences");
            }
        }

        public int Take(string name)
        {
            Require(name, 1);
            var page = _free[--FreeCount];
            _holders[page] = 1;
            return page;
        }

        public int Holders(int page) => _holders[page];

        public void Share(int page)
        {
            Check(page);
            _holders[page]++;
        }

        public void Release(int page)
        {
            Check(page);
            if (--_holders[page] == 0)
            {
                _free[FreeCount++] = page;
            }
        }

        private void Check(int page)
        {
            if (_holders[page] == 0)
            {
                throw new InvalidOperationException($"page {page} is free");
            }
        }
    }
}
