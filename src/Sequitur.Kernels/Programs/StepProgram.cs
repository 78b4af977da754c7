namespace Sequitur.Kernels.Programs;

/// <summary>
/// What a plan is compiled to: phases of kernels that do not depend on one another, with a barrier after each. Threads take chunks of items
/// from a shared cursor; which thread computes an item never changes its bits.
/// </summary>
public sealed class StepProgram
{
    // Chunks a thread, at least: enough for the faster thread to take over what the slower one has not begun.
    private const int ChunksPerThread = 6;

    private const int MaxThreadsCounted = 1024;

    private readonly Kernel[][] _phases;
    private readonly long[]? _itemsByThread;

    /// <summary>Creates a program.</summary>
    /// <param name="phases">Kernels that may run at the same time, phase by phase.</param>
    /// <param name="countItems">Whether to count the items that each thread computes (a test's proof that threads shared the work).</param>
    public StepProgram(IEnumerable<IReadOnlyList<Kernel>> phases, bool countItems = false)
    {
        _phases = [.. phases.Select(phase => phase.ToArray())];
        ScratchBytes = _phases.SelectMany(phase => phase).Select(kernel => kernel.ScratchBytes).DefaultIfEmpty(0).Max();
        _itemsByThread = countItems ? new long[MaxThreadsCounted] : null;
    }

    /// <summary>The kernels, phase by phase.</summary>
    public IReadOnlyList<IReadOnlyList<Kernel>> Phases => _phases;

    /// <summary>Steps that a run executes: kernels, not phases.</summary>
    public int Steps => _phases.Sum(phase => phase.Length);

    /// <summary>Scratch memory that each thread needs.</summary>
    public long ScratchBytes { get; }

    /// <summary>Items computed so far by each thread, where counting was asked for.</summary>
    public IReadOnlyList<long> ItemsByThread => _itemsByThread ?? [];

    /// <summary>Runs the program once.</summary>
    public void Run(WorkPool pool, RunSizes sizes) => pool.Run(this, sizes);

    /// <summary>The same phases, items and chunks with kernels that do nothing: what remains is the executor's own cost.</summary>
    public StepProgram Emptied() => new(_phases.Select(phase => phase.Select(kernel => (Kernel)new EmptyKernel(kernel)).ToArray()));

    internal void Execute(WorkPool pool, RunSizes sizes, Worker worker)
    {
        var parity = 0;
        foreach (var phase in _phases)
        {
            var chunk = pool.Active == 1 ? 0 : pool.Barrier.Take(parity);
            var before = 0L;
            foreach (var kernel in phase)
            {
                var items = kernel.Items(sizes);
                var grain = pool.Active == 1 ? Math.Max(items, 1) : Grain(kernel, sizes, items, pool.Active);
                var chunks = (items + grain - 1) / grain;
                while (chunk < before + chunks)
                {
                    var first = (chunk - before) * grain;
                    RunChunk(pool, kernel, sizes, first, Math.Min(first + grain, items), worker);
                    chunk = pool.Active == 1 ? chunk + 1 : pool.Barrier.Take(parity);
                }

                before += chunks;
            }

            if (pool.Active > 1)
            {
                pool.Barrier.Meet(worker.Index, parity);
            }

            parity ^= 1;
        }
    }

    private static long Grain(Kernel kernel, RunSizes sizes, long items, int threads) =>
        Math.Max(kernel.Grain(sizes), (items + (threads * ChunksPerThread) - 1) / (threads * ChunksPerThread));

    private void RunChunk(WorkPool pool, Kernel kernel, RunSizes sizes, long first, long end, Worker worker)
    {
        try
        {
            kernel.Run(sizes, first, end, worker);
        }
        catch (Exception error)
        {
            pool.Report(error);
        }

        if (_itemsByThread is not null)
        {
            _itemsByThread[worker.Index] += end - first;
        }
    }

    private sealed class EmptyKernel(Kernel kernel) : Kernel
    {
        public override string Name => kernel.Name;

        public override long Items(RunSizes sizes) => kernel.Items(sizes);

        public override long Grain(RunSizes sizes) => kernel.Grain(sizes);

        public override void Run(RunSizes sizes, long first, long end, Worker worker)
        {
        }
    }
}
