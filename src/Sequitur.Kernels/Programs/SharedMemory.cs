using Sequitur.Kernels.Memory;

namespace Sequitur.Kernels.Programs;

/// <summary>What the threads that run a kernel tell one another while its phase lasts.</summary>
/// <param name="Counters">I32 <c>[16]</c>, all 0 when a phase begins; a kernel that counts leaves zeros behind.</param>
/// <param name="Data">Memory whose content is undefined.</param>
public readonly record struct SharedMemory(Region Counters, Region Data)
{
    /// <summary>How many counters a kernel has.</summary>
    public const int CounterCount = 16;

    internal const long CounterBytes = CounterCount * sizeof(int);
}
