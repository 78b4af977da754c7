using Sequitur.Engine.KvCache;
using Sequitur.Kernels;
using Sequitur.Tensors.Caches;

namespace Sequitur.Engine.Tests.KvCache;

/// <summary>
/// Sequences that write a number of their own at every position, and into their state, where a model would write keys; beside each stands a plain list of what it must read back.
/// </summary>
internal sealed class CacheBench : IDisposable
{
    private const int MaxLive = 6;

    private readonly List<(SequenceCache Cache, List<int> Numbers)> _live = [];
    private readonly bool _states;
    private int _next;

    public CacheBench(int maxPositions, int positions, int sequences, bool states = true)
    {
        _states = states;
        IReadOnlyList<CacheSlot> slots = [new("a", CacheGroup.Full, 1, 16, 16), .. states ? [CacheSlot.State("s", 4)] : Array.Empty<CacheSlot>()];
        Memory = new CacheMemory(new CacheLayout(slots, ElementType.F32, maxPositions), positions, sequences);
        Pool = new PagePool(Memory);
        Pool.Shuffle(1);
    }

    public CacheMemory Memory { get; }

    public PagePool Pool { get; }

    /// <summary>Does something at random; false if there was no room, and then nothing has changed.</summary>
    public bool Act(Random random)
    {
        var (cache, numbers) = _live.Count > 0 ? _live[random.Next(_live.Count)] : default;
        switch (cache is null ? 0 : random.Next(10))
        {
            case 0 when _live.Count < MaxLive:
                _live.Add((new SequenceCache(Pool), []));
                return true;
            case 1 when _live.Count < MaxLive:
                _live.Add((cache!.Fork(), [.. numbers!]));
                return true;
            case 2:
                cache!.Dispose();
                _live.RemoveAll(l => l.Cache == cache);
                return true;
            case 3 when !_states:
                var length = random.Next(numbers!.Count + 1);
                cache!.Truncate(length);
                numbers.RemoveRange(length, numbers.Count - length);
                return true;
            default:
                return cache is null || Append(cache, numbers!, random.Next(3) == 0 ? random.Next(1, 150) : random.Next(1, 4));
        }
    }

    /// <summary>Every sequence reads what it wrote, and every page is free or held by those who have it in their tables.</summary>
    public void Check()
    {
        foreach (var (cache, numbers) in _live)
        {
            cache.Length.ShouldBe(numbers.Count);
            for (var position = 0; position < numbers.Count; position++)
            {
                Assert.True(Place(cache, position) == numbers[position]);
            }

            if (_states && numbers.Count > 0)
            {
                State(cache).ShouldBe(numbers[^1]);
            }
        }

        foreach (var group in Memory.Layout.Groups)
        {
            var held = _live.SelectMany(l => l.Cache.Table(group.Name)[..Filled(group, l.Numbers.Count)].ToArray()).GroupBy(page => page).ToArray();
            (Pool.Free(group.Name) + held.Length).ShouldBe(Memory.Pages(group.Name));
            foreach (var page in held)
            {
                Assert.True(Pool.IsShared(group.Name, page.Key) == page.Count() > 1);
            }
        }
    }

    public void DisposeAll()
    {
        foreach (var (cache, _) in _live)
        {
            cache.Dispose();
            cache.Dispose();
        }

        _live.Clear();
    }

    public void Dispose() => Memory.Dispose();

    private static int Filled(CacheGroup group, int length) => length == 0 ? 0 : CacheLayout.PagesFor(group, length);

    private bool Append(SequenceCache cache, List<int> numbers, int count)
    {
        try
        {
            cache.Append(count);
        }
        catch (CapacityException)
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            numbers.Add(++_next);
            Place(cache, numbers.Count - 1) = _next;
        }

        if (_states)
        {
            State(cache) = _next;
        }

        return true;
    }

    private ref int Place(SequenceCache cache, int position) =>
        ref At("full", cache.Table("full")[position / CacheLayout.PageSize], position % CacheLayout.PageSize);

    private ref int State(SequenceCache cache) => ref At("recurrent", cache.Table("recurrent")[0], 0);

    private ref int At(string group, int page, int index)
    {
        var bytes = Memory.Layout.PageBytes(group);
        return ref Memory.Pool(group).Slice(page * bytes, bytes).AsSpan<int>()[index];
    }
}
