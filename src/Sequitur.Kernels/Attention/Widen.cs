using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Attention;

/// <summary>Reads of stored numbers as float32.</summary>
internal static unsafe class Widen
{
    private const int LineHalves = 32;

    /// <summary>Widens <paramref name="count"/> binary16 numbers, a multiple of 16, and asks for as many at <paramref name="ahead"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Halves<V>(ushort* source, int count, float* destination, ushort* ahead)
        where V : struct, ILanes<V>
    {
        for (var i = 0; i < count; i += V.Count)
        {
            if (i % LineHalves == 0)
            {
                Prefetch.Line((byte*)(ahead + i));
            }

            V.Store(destination + i, V.LoadHalf(source + i));
        }
    }
}
