using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sequitur.Kernels.Memory;

/// <summary>Asks for memory before it is used, where a processor can be asked. The addresses need not be valid: nothing is read.</summary>
internal static unsafe class Prefetch
{
    private const int Line = 64;

    /// <summary>Asks for <paramref name="bytes"/> bytes, line by line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lines(byte* address, int bytes)
    {
        if (Sse.IsSupported)
        {
            for (var offset = 0; offset < bytes; offset += Line)
            {
                Sse.Prefetch0(address + offset);
            }
        }
    }
}
