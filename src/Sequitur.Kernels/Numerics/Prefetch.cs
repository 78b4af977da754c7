using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sequitur.Kernels.Numerics;

/// <summary>Asks for memory that will be read soon. Never fails, whatever the address; does nothing where .NET has no such instruction.</summary>
internal static unsafe class Prefetch
{
    /// <summary>
    /// Bytes between what is read and what is asked for, where weights are streamed: at 10 GB/s a miss of the address cache and one of memory together take about
    /// as long as 8 KiB. Four times as much does as well; a quarter does not.
    /// </summary>
    public const int Distance = 8192;

    /// <summary>The cache line at an address, into all caches.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(byte* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }
}
