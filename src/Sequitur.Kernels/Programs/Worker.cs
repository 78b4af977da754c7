using Sequitur.Kernels.Memory;

namespace Sequitur.Kernels.Programs;

/// <summary>A thread's own place in a program: its number and its memory.</summary>
public sealed class Worker(int index, Region scratch)
{
    /// <summary>Number of the thread, from 0.</summary>
    public int Index { get; } = index;

    /// <summary>Memory that only this thread uses, at least as large as the largest <see cref="Kernel.ScratchBytes"/>; its content is undefined.</summary>
    public Region Scratch { get; } = scratch;

    /// <summary>Memory that all threads use for the kernel that runs: see <see cref="Kernel.SharedBytes"/>.</summary>
    public SharedMemory Shared { get; internal set; }
}
