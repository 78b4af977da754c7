using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Attention;

/// <summary>Reads of stored numbers as float32.</summary>
internal static unsafe class Widen
{
    /// <summary>Widens <paramref name="count"/> binary16 numbers, a multiple of 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Halves<V, S>(ushort* source, int count, float* destination)
        where V : struct, ILanes<V>
        where S : struct, IStored<ushort>
    {
        for (var i = 0; i < count; i += V.Count)
        {
            V.Store(destination + i, S.Load<V>(source + i));
        }
    }

    /// <summary>Whether binary16 numbers are neither infinite nor NaN: rows of <paramref name="count"/> that lie <paramref name="stride"/> apart.</summary>
    public static bool AreFinite(ushort* source, int rows, int stride, int count)
    {
        for (var row = 0; row < rows; row++, source += stride)
        {
            if (!HalfBits.AreFinite(new(source, count)))
            {
                return false;
            }
        }

        return true;
    }
}
