using System.Diagnostics;
using Sequitur.Tensors.Execution;

namespace Sequitur.Engine.Tests.Equalities;

/// <summary>The proof that two threads shared the work of a plan: without it, an equality over threads says nothing.</summary>
internal static class Sharing
{
    // A short program may end before the second thread has come, and on a busy machine it may not come for a while.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <summary>Repeats an action, once at least, until both threads have computed items of the plan.</summary>
    public static void RepeatUntilShared(Plan plan, Action action)
    {
        var clock = Stopwatch.StartNew();
        do
        {
            action();
        }
        while (!IsShared(plan) && clock.Elapsed < Longest);

        IsShared(plan).ShouldBeTrue("both threads compute items");
    }

    private static bool IsShared(Plan plan) => plan.Variants.Any(v => v.ItemsByThread[0] > 0 && v.ItemsByThread[1] > 0);
}
