using Sequitur.Kernels;

namespace Sequitur.Bench.Reports;

/// <summary>The machine that figures were measured on, and how busy it was with other things.</summary>
/// <param name="Processor">The processor's own name.</param>
/// <param name="Flags">The instruction sets of interest that it has.</param>
/// <param name="Tier">The widest vectors that our kernels use on it.</param>
/// <param name="Threads">Hardware threads.</param>
/// <param name="Load">Load average over the last minute; null where the system does not tell.</param>
/// <param name="Busy">Share of the processors that was busy during a moment's waiting; null where the system does not tell.</param>
/// <param name="Framework">Version of .NET.</param>
internal sealed record Machine(string Processor, IReadOnlyList<string> Flags, string Tier, int Threads, double? Load, double? Busy, string Framework)
{
    private static readonly SystemFacts System = new();

    private const double QuietLoad = 0.3;
    private const double QuietShare = 0.05;

    /// <summary>Whether something else ran: the load average is high, and not only with what has ended meanwhile (it remembers a minute).</summary>
    public bool IsNoisy => Load > QuietLoad && Busy > QuietShare;

    /// <summary>Describes the machine, after waiting for quiet for some seconds at most.</summary>
    public static Machine Look(double secondsToWait)
    {
        var machine = Now();
        for (var left = secondsToWait; machine.IsNoisy && left > 0; left -= 1)
        {
            Thread.Sleep(500);
            machine = Now();
        }

        return machine;
    }

    private static Machine Now() => new(
        ProcessorFacts.Name,
        ProcessorFacts.InstructionSets,
        Kernels.Processor.Default.Tier.ToString().ToLowerInvariant(),
        Environment.ProcessorCount,
        System.LoadAverage,
        BusyShare(),
        ProcessorFacts.Framework);

    private static double? BusyShare()
    {
        var before = System.Ticks;
        if (before is not null)
        {
            Thread.Sleep(500);
        }

        return System.BusySince(before);
    }
}
