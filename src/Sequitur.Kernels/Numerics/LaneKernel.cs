using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Numerics;

/// <summary>
/// A kernel written twice: as plain loops, the reference that the scalar tier runs, and once over lanes for all vector tiers. Both give
/// the same bits.
/// </summary>
public abstract class LaneKernel : Kernel
{
    private readonly Tier _tier;

    private protected LaneKernel(Processor processor) => _tier = processor.Tier;

    /// <inheritdoc/>
    public sealed override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        switch (_tier)
        {
            case Tier.V128:
                Lanes<Four>(sizes, first, end, worker);
                break;
            case Tier.V256:
                Lanes<Eight>(sizes, first, end, worker);
                break;
            case Tier.V512:
                Lanes<Sixteen>(sizes, first, end, worker);
                break;
            default:
                Reference(sizes, first, end, worker);
                break;
        }
    }

    /// <summary>Items that make about 16,384 numbers, some 10 µs of work.</summary>
    private protected static long GrainOf(long numbersPerItem) => Math.Max(1, 16384 / Math.Max(numbersPerItem, 1));

    private protected abstract void Reference(RunSizes sizes, long first, long end, Worker worker);

    private protected abstract void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
        where V : struct, ILanes<V>;
}
