using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Tests.Pools;

/// <summary>Runs whose threads come and go compute every item once.</summary>
public class WorkPoolTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_item_is_computed_once_whichever_threads_take_part(int threads)
    {
        using var pool = new WorkPool(threads);
        var counts = new int[64];
        var program = new StepProgram([[new Counting(counts)], [new Counting(counts)], [new Slow(counts)], [new Counting(counts)]]);
        for (var run = 1; run <= 200; run++)
        {
            program.Run(pool, new RunSizes(0));
            counts.ShouldAllBe(count => count == 4 * run);
        }

        pool.ReducedRuns.ShouldBeGreaterThan(0, "a phase in which one thread works and the others park looks like a crowded machine");
    }

    private sealed class Counting(int[] counts) : Kernel
    {
        public override long Items(RunSizes sizes) => counts.Length;

        public override void Run(RunSizes sizes, long first, long end, Worker worker)
        {
            for (var i = first; i < end; i++)
            {
                counts[i]++;
            }
        }
    }

    // One item that takes long.
    private sealed class Slow(int[] counts) : Kernel
    {
        public override long Items(RunSizes sizes) => 1;

        public override void Run(RunSizes sizes, long first, long end, Worker worker)
        {
            Thread.Sleep(1);
            for (var i = 0; i < counts.Length; i++)
            {
                counts[i]++;
            }
        }
    }
}
