using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Tests.Pools;

/// <summary>Chunks are taken once each, those of a thread's own run in order.</summary>
public class WorkCursorsTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 5)]
    [InlineData(2, 9)]
    [InlineData(3, 2)]
    [InlineData(4, 64)]
    public void Take_InAnyOrderOfThreads_GivesEachChunkOnce(int threads, int chunks)
    {
        var cursors = new WorkCursors(threads);
        for (var seed = 0; seed < 50; seed++)
        {
            cursors.Reset();
            var random = new Random(seed);
            var taken = new List<long>();
            var open = Enumerable.Range(0, threads).ToList();
            while (open.Count > 0)
            {
                var thread = open[random.Next(open.Count)];
                if (cursors.Take(thread, threads, chunks) is >= 0 and var chunk)
                {
                    taken.Add(chunk);
                }
                else
                {
                    open.Remove(thread);
                }
            }

            taken.Order().ShouldBe(Enumerable.Range(0, chunks).Select(chunk => (long)chunk));
        }
    }

    [Fact]
    public void Take_OwnRunFromTheFront_OthersFromTheEnd()
    {
        var cursors = new WorkCursors(2);
        Taken(0, 0, 0).ShouldBe([0, 1, 2]);
        Taken(1, 1, 1, 1, 1, 1, 1).ShouldBe([5, 6, 7, 8, 9, 4, 3]);
        Taken(0, 1).ShouldBe([-1, -1]);

        long[] Taken(params int[] threads) => [.. threads.Select(thread => cursors.Take(thread, 2, 10))];
    }

    [Fact]
    public void Take_ByThreadsAtOnce_GivesEachChunkOnce()
    {
        var cursors = new WorkCursors(4);
        var counts = new int[10_000];
        var threads = Enumerable.Range(0, 4).Select(index => new Thread(() =>
        {
            while (cursors.Take(index, 4, counts.Length) is >= 0 and var chunk)
            {
                Interlocked.Increment(ref counts[chunk]);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        counts.ShouldAllBe(count => count == 1);
    }
}
