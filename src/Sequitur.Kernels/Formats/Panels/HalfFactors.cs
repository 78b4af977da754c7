using System.Runtime.CompilerServices;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats.Panels;

/// <summary>The integer factors of the first and the last 16 columns of a group.</summary>
internal static class HalfFactors
{
    /// <summary>Pairs (a, b) of 16-bit integers to (a, a) and (b, b).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (I Low, I High) Spread<I, V>(I pairs)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var (low, high) = (I.And(pairs, I.Broadcast(0xFFFF)), I.ShiftRight(pairs, 16));
        return (I.Or(low, I.ShiftLeft(low, 16)), I.Or(high, I.ShiftLeft(high, 16)));
    }
}
