using Sequitur.Kernels.Memory;

namespace Sequitur.Kernels.Programs;

/// <summary>
/// One operation bound to its operands: what a step of a program executes. Its work is a number of independent items (rows, panels of outputs,
/// heads …); which thread computes an item, and in what company, never changes a bit of the result.
/// Instances hold no state that changes between runs.
/// </summary>
public abstract class Kernel
{
    /// <summary>The operation's name, for printing and profiles.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>Bytes of per-thread scratch memory that <see cref="Run"/> needs.</summary>
    public virtual long ScratchBytes => 0;

    /// <summary>Bytes of memory that all threads share while the kernel runs; 0 for a kernel whose threads have nothing to tell one another.</summary>
    public virtual long SharedBytes => 0;

    /// <summary>Bytes of weights that a run reads, as they lie in memory; what it reads and writes besides is not counted.</summary>
    public virtual long WeightBytes => 0;

    /// <summary>How many independent items a run has.</summary>
    public abstract long Items(RunSizes sizes);

    /// <summary>How many items a thread takes at once: enough to repay the taking (about 10 µs of work), few enough to share.</summary>
    public virtual long Grain(RunSizes sizes) => 1;

    /// <summary>Computes all items on the calling thread, outside a program, with scratch memory for this once.</summary>
    public void RunAlone(RunSizes sizes)
    {
        // Kernels work with addresses, which keep nothing from being collected: the scratch memory lives until it is disposed, and what the operands lie in as long as this.
        using var scratch = new NativeBuffer(ScratchBytes, zeroed: false);
        using var shared = new NativeBuffer(SharedBytes, zeroed: false);
        using var counters = new NativeBuffer(SharedMemory.CounterBytes);
        Run(sizes, 0, Items(sizes), new Worker(0, scratch.Region) { Shared = new(counters.Region, shared.Region) });
        GC.KeepAlive(this);
    }

    /// <summary>Computes items <paramref name="first"/> to <paramref name="end"/> (exclusive).</summary>
    public abstract void Run(RunSizes sizes, long first, long end, Worker worker);
}
