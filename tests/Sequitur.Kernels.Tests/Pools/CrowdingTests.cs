using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Tests.Pools;

/// <summary>How many threads a pool uses while others hold the processors.</summary>
public class CrowdingTests
{
    private const long Run = 1000;

    [Fact]
    public void Calm_runs_use_all_threads()
    {
        var crowding = new Crowding(4, 8 * Run);
        for (var i = 0; i < 1000; i++)
        {
            crowding.Learn(Run, parked: i % 10 == 0 ? 3 * Run : 100);
        }

        crowding.Threads.ShouldBe(4);
        crowding.ReducedRuns.ShouldBe(0);
    }

    [Fact]
    public void Three_crowded_runs_cost_a_thread_and_a_few_later_it_is_tried_again()
    {
        var crowding = new Crowding(2, 8 * Run);
        crowding.Learn(Run, 800);
        crowding.Learn(Run, 800);
        crowding.Threads.ShouldBe(2);
        crowding.Learn(Run, 800);
        crowding.Threads.ShouldBe(1);
        RunsUntilTried(crowding).ShouldBe(8);
    }

    [Fact]
    public void A_trial_that_is_crowded_doubles_the_wait_up_to_a_limit()
    {
        var crowding = new Crowding(2, 8 * Run);
        crowding.Learn(Run, 800);
        crowding.Learn(Run, 800);
        int[] waits = [.. Enumerable.Range(0, 8).Select(_ =>
        {
            crowding.Learn(Run, 800);
            crowding.Threads.ShouldBe(1);
            return RunsUntilTried(crowding);
        })];
        waits.ShouldBe([8, 16, 32, 64, 128, 256, 256, 256]);
        crowding.ReducedRuns.ShouldBe(waits.Sum());
    }

    [Fact]
    public void Long_calm_forgets_the_wait()
    {
        var crowding = new Crowding(2, 8 * Run);
        for (var i = 0; i < 3; i++)
        {
            crowding.Learn(Run, 800);
        }

        RunsUntilTried(crowding);
        for (var i = 0; i < 300; i++)
        {
            crowding.Learn(Run, 0);
        }

        for (var i = 0; i < 3; i++)
        {
            crowding.Learn(Run, 800);
        }

        RunsUntilTried(crowding).ShouldBe(8);
    }

    [Fact]
    public void Three_runs_that_are_short_say_nothing_yet()
    {
        var crowding = new Crowding(2, 80 * Run);
        for (var i = 0; i < 19; i++)
        {
            crowding.Learn(Run, 800);
            crowding.Threads.ShouldBe(2);
        }

        crowding.Learn(Run, 800);
        crowding.Threads.ShouldBe(1);
    }

    [Fact]
    public void One_thread_stays_one()
    {
        var crowding = new Crowding(1, 8 * Run);
        for (var i = 0; i < 100; i++)
        {
            crowding.Learn(Run, Run);
            crowding.Threads.ShouldBe(1);
        }
    }

    private static int RunsUntilTried(Crowding crowding)
    {
        var runs = 0;
        for (; crowding.Threads == 1; runs++)
        {
            crowding.Learn(Run, 0);
        }

        return runs;
    }
}
