using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// The rounding of ggml's Q8_0, for weights and for what a cache keeps: d = fl(max |x| / 127), q = x · fl(1 / d) to nearest, halves away from zero; then d is kept as binary16.
/// </summary>
/// <remarks>
/// A block with an infinity or NaN reads as NaN, all of it: there d is no finite number, and q is 0. A block below what a binary16 d can express reads as zeros; one above it (beyond 8.3 million),
/// as infinities and NaN.
/// </remarks>
internal static unsafe class ByteRounding
{
    /// <summary>Numbers that share a scale.</summary>
    public const int Block = ElementTypes.GroupSize;

    /// <summary>Rounds one block.</summary>
    /// <param name="x">Up to 32 numbers.</param>
    /// <param name="count">How many.</param>
    /// <param name="q">Receives the integers as floats, from −127 to 127, or NaN where d is none.</param>
    /// <returns>d, as binary16.</returns>
    public static ushort Round<V>(float* x, int count, float* q)
        where V : struct, ILanes<V>
    {
        var whole = count / V.Count * V.Count;
        var largest = Largest<V>(x, whole, Largest<One>(x + whole, count - whole, 0));
        var scale = largest / 127;

        // Below 2⁻¹²⁸ the inverse is no number; d is 0 then, and q does not matter.
        var inverse = scale != 0 ? MathF.Min(1 / scale, float.MaxValue) : 0;
        Integers<V>(x, whole, inverse, q);
        Integers<One>(x + whole, count - whole, inverse, q + whole);
        return HalfBits.Narrow(scale);
    }

    private static float Largest<V>(float* x, int count, float largest)
        where V : struct, ILanes<V>
    {
        if (count == 0)
        {
            return largest;
        }

        var max = V.Broadcast(largest);
        for (var i = 0; i < count; i += V.Count)
        {
            max = V.Max(max, V.Abs(V.Load(x + i)));
        }

        var lanes = stackalloc float[16];
        V.Store(lanes, max);
        for (var i = 0; i < V.Count; i++)
        {
            largest = MathF.Max(largest, lanes[i]);
        }

        return largest;
    }

    // Rounding ties to even first: what was exactly between two integers shows in the difference, and goes away from zero.
    private static void Integers<V>(float* x, int count, float inverse, float* q)
        where V : struct, ILanes<V>
    {
        var (factor, zero, up) = (V.Broadcast(inverse), V.Broadcast(0), V.Broadcast(0.5f));
        for (var i = 0; i < count; i += V.Count)
        {
            var scaled = V.Load(x + i) * factor;
            var rounded = V.Round(scaled);
            var outward = V.Select(V.LessThan(scaled, zero), -up, up);
            V.Store(q + i, V.Select(V.Equal(scaled - rounded, outward), rounded + outward + outward, rounded));
        }
    }
}
