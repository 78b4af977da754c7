using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Attention;

/// <summary>Reads of stored numbers as float32.</summary>
internal static unsafe class Widen
{
    private const int LineHalves = 32;
    private const ushort Magnitude = 0x7FFF;
    private const ushort Infinite = 0x7C00;

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

    /// <summary>
    /// Whether binary16 numbers are neither infinite nor NaN: rows of <paramref name="count"/>, a multiple of 16, that lie <paramref name="stride"/> apart.
    /// It is the first to touch them, so it asks for as many at <paramref name="ahead"/>, which are read next.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AreFinite(ushort* source, int rows, int stride, int count, ushort* ahead)
    {
        var (even, odd) = (Vector128<ushort>.Zero, Vector128<ushort>.Zero);
        if (count == stride)
        {
            (rows, count) = (1, rows * count);
        }

        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < count; i += 2 * Vector128<ushort>.Count)
            {
                if (i % LineHalves == 0)
                {
                    Prefetch.Line((byte*)(ahead + i));
                }

                even = Vector128.Max(even, Vector128.Load(source + i) & Vector128.Create(Magnitude));
                odd = Vector128.Max(odd, Vector128.Load(source + i + Vector128<ushort>.Count) & Vector128.Create(Magnitude));
            }

            source += stride;
            ahead += stride;
        }

        return Vector128.LessThanAll(Vector128.Max(even, odd), Vector128.Create(Infinite));
    }
}
