using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Numerics;

/// <summary>
/// A kernel written twice: as plain loops, the reference that the scalar tier runs, and once over lanes for all vector tiers. Both give
/// the same bits.
/// </summary>
public abstract class LaneKernel : Kernel
{
    // Chosen once: a delegate, because calling a generic virtual method looks it up each time.
    private readonly Action<RunSizes, long, long, Worker> _run;

    private protected LaneKernel(Processor processor)
    {
        ArgumentNullException.ThrowIfNull(processor);
        _run = processor.Tier switch
        {
            Tier.V128 => Lanes<Four>,
            Tier.V256 => Lanes<Eight>,
            Tier.V512 => Lanes<Sixteen>,
            _ => Reference,
        };
    }

    /// <inheritdoc/>
    public sealed override void Run(RunSizes sizes, long first, long end, Worker worker) => _run(sizes, first, end, worker);

    /// <summary>Items that make about 16,384 numbers, some 10 µs of work.</summary>
    private protected static long GrainOf(long numbersPerItem) => Math.Max(1, 16384 / Math.Max(numbersPerItem, 1));

    private protected abstract void Reference(RunSizes sizes, long first, long end, Worker worker);

    private protected abstract void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
        where V : struct, ILanes<V>;
}
