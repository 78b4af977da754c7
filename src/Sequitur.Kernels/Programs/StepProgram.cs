using Sequitur.Kernels.Memory;

namespace Sequitur.Kernels.Programs;

/// <summary>
/// What a plan is compiled to: phases of kernels that do not depend on one another, with a barrier after each. Threads take chunks of items,
/// first from a run of their own (<see cref="WorkCursors"/>); which thread computes an item never changes its bits. What is too small to share (rows of one token: norms, encodings, rotations) is done by the thread
/// that comes to a barrier last, before it lets the others go: so a phase of that kind costs no barrier.
/// </summary>
public sealed class StepProgram
{
    // Chunks a thread, at least: enough for the faster thread to take over what the slower one has not begun.
    private const int ChunksPerThread = 6;

    private const int MaxThreadsCounted = 1024;

    // Kernels of a phase that one thread computes alone.
    private const int MostAlone = 3;

    private readonly Kernel[][] _phases;
    private readonly SharedPlace[][] _places;
    private readonly long[]? _itemsByThread;

    /// <summary>Creates a program.</summary>
    /// <param name="phases">Kernels that may run at the same time, phase by phase.</param>
    /// <param name="countItems">Whether to count the items that each thread computes (a test's proof that threads shared the work).</param>
    public StepProgram(IEnumerable<IReadOnlyList<Kernel>> phases, bool countItems = false)
    {
        _phases = [.. phases.Select(phase => phase.ToArray())];
        _places = [.. _phases.Select(SharedPlace.Of)];
        for (var phase = 0; phase < _phases.Length; phase++)
        {
            for (var i = 0; i < _phases[phase].Length; i++)
            {
                ScratchBytes = Math.Max(ScratchBytes, _phases[phase][i].ScratchBytes);
                SharedBytes = Math.Max(SharedBytes, _places[phase][i].End);
            }
        }

        _itemsByThread = countItems ? new long[MaxThreadsCounted] : null;
    }

    /// <summary>The kernels, phase by phase.</summary>
    public IReadOnlyList<IReadOnlyList<Kernel>> Phases => _phases;

    /// <summary>Steps that a run executes: kernels, not phases.</summary>
    public int Steps => _phases.Sum(phase => phase.Length);

    /// <summary>Scratch memory that each thread needs.</summary>
    public long ScratchBytes { get; }

    /// <summary>Memory that the threads share.</summary>
    public long SharedBytes { get; }

    /// <summary>Items computed so far by each thread, where counting was asked for.</summary>
    public IReadOnlyList<long> ItemsByThread => _itemsByThread ?? [];

    /// <summary>Runs the program once.</summary>
    public void Run(WorkPool pool, RunSizes sizes) => pool.Run(this, sizes);

    /// <summary>The same phases, items and chunks with kernels that do nothing: what remains is the executor's own cost.</summary>
    public StepProgram Emptied() => new(_phases.Select(phase => phase.Select(kernel => (Kernel)new EmptyKernel(kernel)).ToArray()));

    internal void Execute(WorkPool pool, RunSizes sizes, Worker worker)
    {
        if (pool.Active == 1)
        {
            for (var phase = 0; phase < _phases.Length; phase++)
            {
                RunWhole(pool, phase, sizes, worker);
            }

            return;
        }

        var parity = 0;
        for (var phase = 0; phase < _phases.Length; phase = pool.NextPhase)
        {
            Share(pool, phase, parity, sizes, worker);
            if (pool.Barrier.Arrive(out var generation))
            {
                var next = phase + 1;
                for (; next < _phases.Length && IsForOne(_phases[next], sizes); next++)
                {
                    RunWhole(pool, next, sizes, worker);
                }

                pool.NextPhase = next;
                pool.Barrier.Release(parity);
            }
            else
            {
                pool.Barrier.Await(worker.Index, generation);
            }

            parity ^= 1;
        }
    }

    private static bool IsForOne(Kernel[] phase, RunSizes sizes)
    {
        foreach (var kernel in phase)
        {
            if (kernel.WeightBytes > 0 || kernel.Items(sizes) > 1)
            {
                return false;
            }
        }

        return phase.Length <= MostAlone;
    }

    private void RunWhole(WorkPool pool, int phase, RunSizes sizes, Worker worker)
    {
        for (var i = 0; i < _phases[phase].Length; i++)
        {
            var items = _phases[phase][i].Items(sizes);
            if (items > 0)
            {
                RunChunk(pool, phase, i, sizes, 0, items, worker);
            }
        }
    }

    private void Share(WorkPool pool, int phase, int parity, RunSizes sizes, Worker worker)
    {
        var kernels = _phases[phase];
        var total = 0L;
        foreach (var kernel in kernels)
        {
            total += Chunks(kernel, sizes, pool.Active, out _, out _);
        }

        var work = pool.Barrier.Work(parity);
        while (work.Take(worker.Index, pool.Active, total) is >= 0 and var chunk)
        {
            for (var i = 0; i < kernels.Length; i++)
            {
                var chunks = Chunks(kernels[i], sizes, pool.Active, out var items, out var grain);
                if (chunk < chunks)
                {
                    RunChunk(pool, phase, i, sizes, chunk * grain, Math.Min((chunk + 1) * grain, items), worker);
                    break;
                }

                chunk -= chunks;
            }
        }
    }

    private static long Chunks(Kernel kernel, RunSizes sizes, int threads, out long items, out long grain)
    {
        items = kernel.Items(sizes);
        grain = Grain(kernel, sizes, items, threads);
        return (items + grain - 1) / grain;
    }

    private static long Grain(Kernel kernel, RunSizes sizes, long items, int threads) =>
        Math.Max(kernel.Grain(sizes), (items + (threads * ChunksPerThread) - 1) / (threads * ChunksPerThread));

    private void RunChunk(WorkPool pool, int phase, int index, RunSizes sizes, long first, long end, Worker worker)
    {
        try
        {
            worker.Shared = pool.Shared(_places[phase][index]);
            _phases[phase][index].Run(sizes, first, end, worker);
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

    /// <summary>Where a kernel's shared memory is.</summary>
    internal readonly record struct SharedPlace(int Number, long Offset, long Bytes)
    {
        /// <summary>Kernels of a phase that may share memory.</summary>
        public const int Most = 16;

        public long End => Offset + Bytes;

        // Kernels of a phase run at the same time, so each has a place of its own; those of other phases have the same places.
        public static SharedPlace[] Of(Kernel[] phase)
        {
            var places = new SharedPlace[phase.Length];
            var (number, offset) = (0, 0L);
            for (var i = 0; i < phase.Length; i++)
            {
                if (phase[i].SharedBytes is > 0 and var bytes)
                {
                    places[i] = number < Most ? new(number, offset, bytes) : throw new NotSupportedException($"a phase with more than {Most} kernels that share memory");
                    offset += (bytes + NativeBuffer.Alignment - 1) / NativeBuffer.Alignment * NativeBuffer.Alignment;
                    number++;
                }
            }

            return places;
        }
    }

    private sealed class EmptyKernel(Kernel kernel) : Kernel
    {
        public override string Name => kernel.Name;

        public override long WeightBytes => kernel.WeightBytes;

        public override long Items(RunSizes sizes) => kernel.Items(sizes);

        public override long Grain(RunSizes sizes) => kernel.Grain(sizes);

        public override void Run(RunSizes sizes, long first, long end, Worker worker)
        {
        }
    }
}
