using Sequitur.Kernels.Memory;

namespace Sequitur.Kernels.Tests;

/// <summary>Memory that ends at a page that nobody may touch. A system gives a process so many mappings only, and a collector sees no need to return them: this does.</summary>
internal static class Guarded
{
    private const int Limit = 4096;

    private static int _given;

    /// <summary>So many bytes of zeros; whole multiples of 64 bytes begin on a cache line.</summary>
    public static Region Memory(long bytes)
    {
        if (Interlocked.Increment(ref _given) % Limit == 0)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return new GuardedBuffer(bytes).Region;
    }
}
