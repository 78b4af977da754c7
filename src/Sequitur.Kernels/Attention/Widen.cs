using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Attention;

/// <summary>Reads of stored numbers as float32.</summary>
internal static unsafe class Widen
{
    /// <summary>Widens <paramref name="count"/> binary16 numbers, a multiple of 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Halves<V>(ushort* source, int count, float* destination)
        where V : struct, ILanes<V>
    {
        for (var i = 0; i < count; i += V.Count)
        {
            V.Store(destination + i, V.LoadHalf(source + i));
        }
    }
}
