using Sequitur.Kernels.Memory;

namespace Sequitur.Kernels.Tests;

/// <summary>Memory that ends at a page that nobody may touch. A system gives a process so many mappings only, and a collector sees no need to return them: this does.</summary>
internal static class Guarded
{
    private const int Limit = 4096;

    // Spans do not keep memory alive: what was given lately is held here, whatever the collector thinks of the operand that a test took a span from.
    private static readonly GuardedBuffer[] _recent = new GuardedBuffer[512];

    private static int _given;

    [ThreadStatic]
    private static Dictionary<long, Region>? _scratch;

    /// <summary>So many bytes of zeros; whole multiples of 64 bytes begin on a cache line.</summary>
    public static Region Memory(long bytes)
    {
        var given = Interlocked.Increment(ref _given) & int.MaxValue;
        if (given % Limit == 0)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        var buffer = new GuardedBuffer(bytes);
        _recent[given % _recent.Length] = buffer;
        return buffer.Region;
    }

    /// <summary>Scratch memory of a kernel on this thread, whatever is in it.</summary>
    public static Region Scratch(long bytes)
    {
        var size = (bytes + NativeBuffer.Alignment - 1) / NativeBuffer.Alignment * NativeBuffer.Alignment;
        _scratch ??= [];
        if (!_scratch.TryGetValue(size, out var region))
        {
            _scratch[size] = region = Memory(size);
        }

        return region;
    }
}
