using Sequitur.Engine.KvCache;
using Sequitur.Kernels;
using Sequitur.Tensors.Caches;

namespace Sequitur.Engine.Tests.KvCache;

/// <summary>Whatever sequences do, no page is lost, held twice, or written while another reads it.</summary>
public sealed class SequenceCacheTests
{
    private const int Steps = 1500;
    private const int MaxPositions = 300;

    public static TheoryData<int, bool> Histories => [.. Enumerable.Range(1, 6).SelectMany(seed => new[] { (seed, true), (seed, false) })];

    [Theory]
    [MemberData(nameof(Histories))]
    public void Sequences_AnyHistory_KeepTheirOwnNumbersAndLoseNoPage(int seed, bool states)
    {
        using var bench = new CacheBench(MaxPositions, positions: 600, sequences: 6, states);
        var random = new Random(seed);
        var refused = 0;
        for (var step = 0; step < Steps; step++)
        {
            refused += bench.Act(random) ? 0 : 1;
            bench.Check();
        }

        refused.ShouldBeInRange(1, Steps / 2);
        bench.DisposeAll();
        foreach (var group in bench.Memory.Layout.Groups)
        {
            bench.Pool.Free(group.Name).ShouldBe(bench.Memory.Pages(group.Name));
        }
    }

    [Fact]
    public void Append_BeyondTheContext_ChangesNothing()
    {
        using var bench = new CacheBench(MaxPositions, positions: 1200, sequences: 2);
        using var sequence = new SequenceCache(bench.Pool);
        sequence.Append(250);

        Should.Throw<CapacityException>(() => sequence.Append(51)).Message.ShouldContain("301 positions");
        sequence.Length.ShouldBe(250);
        sequence.Append(50);
        sequence.Length.ShouldBe(300);
    }

    [Fact]
    public void Append_WithoutEnoughPages_ChangesNothing()
    {
        using var bench = new CacheBench(MaxPositions, positions: 192, sequences: 2);
        using var first = new SequenceCache(bench.Pool);
        using var second = new SequenceCache(bench.Pool);
        first.Append(190);
        second.Append(64);
        var free = bench.Pool.Free("full");

        Should.Throw<CapacityException>(() => second.Append(200)).Message.ShouldContain("pages of the cache group 'full'");
        second.Length.ShouldBe(64);
        bench.Pool.Free("full").ShouldBe(free);
        second.Append(64);
    }

    [Fact]
    public void Truncate_OfAState_IsRefused()
    {
        using var bench = new CacheBench(MaxPositions, positions: 300, sequences: 1);
        using var sequence = new SequenceCache(bench.Pool);
        sequence.Append(5);

        sequence.CanTruncate.ShouldBeFalse();
        Should.Throw<NotSupportedException>(() => sequence.Truncate(3)).Message.ShouldContain("fork");
    }

    [Fact]
    public void Truncate_OutsideTheSequence_Throws()
    {
        using var memory = new CacheMemory(new CacheLayout([new("a", CacheGroup.Full, 1, 16, 16)], ElementType.F32, 100), 100, 1);
        using var sequence = new SequenceCache(new PagePool(memory));
        sequence.Append(5);

        Should.Throw<ArgumentOutOfRangeException>(() => sequence.Truncate(6));
        Should.Throw<ArgumentOutOfRangeException>(() => sequence.Truncate(-1));
        Should.Throw<ArgumentOutOfRangeException>(() => sequence.Append(-1));
    }

    [Fact]
    public void Release_OfAFreePage_Throws()
    {
        using var bench = new CacheBench(MaxPositions, positions: 300, sequences: 1);
        var page = bench.Pool.Take("full");
        bench.Pool.Release("full", page);

        Should.Throw<InvalidOperationException>(() => bench.Pool.Release("full", page));
        Should.Throw<InvalidOperationException>(() => bench.Pool.Share("full", page));
    }
}
