using System.Buffers.Binary;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// Rounding to blocks whose groups have scales of their own, which are small integers times a scale of the block: each group is fitted alone (<see cref="GroupFit"/>), the largest scale sets the
/// block's, and of the few factors next to a group's own the one of the smallest squared error stays.
/// </summary>
internal static class FactorFit
{
    /// <summary>Numbers of a block of all such formats.</summary>
    public const int Block = 256;

    /// <summary>Rounds a block to integers from 0 to <paramref name="levels"/>, and writes binary16 d and m and the 12 bytes of factors (<see cref="SixBitPairs"/>).</summary>
    /// <param name="numbers">256 numbers.</param>
    /// <param name="levels">The largest integer.</param>
    /// <param name="integers">Receives the integers.</param>
    /// <param name="head">Receives 16 bytes.</param>
    public static void Affine(ReadOnlySpan<float> numbers, int levels, Span<byte> integers, Span<byte> head)
    {
        const int groups = SixBitPairs.Groups, group = Block / groups, highest = SixBitPairs.Highest;
        Span<float> scales = stackalloc float[groups];
        Span<float> minima = stackalloc float[groups];
        var (largestScale, largestMinimum) = (0f, 0f);
        for (var i = 0; i < groups; i++)
        {
            (scales[i], minima[i]) = GroupFit.Affine(numbers.Slice(i * group, group), levels);
            (largestScale, largestMinimum) = (MathF.Max(largestScale, scales[i]), MathF.Max(largestMinimum, minima[i]));
        }

        var scale = Stored(largestScale / highest, head);
        var minimum = Stored(largestMinimum / highest, head[2..]);
        Span<byte> factors = stackalloc byte[groups];
        Span<byte> minimumFactors = stackalloc byte[groups];
        for (var i = 0; i < groups; i++)
        {
            var part = numbers.Slice(i * group, group);
            var (f0, f1) = Near(scales[i], scale, 0, highest);
            var (g0, g1) = Near(minima[i], minimum, 0, highest);
            var least = double.PositiveInfinity;
            for (var f = f0; f <= f1; f++)
            {
                for (var g = g0; g <= g1; g++)
                {
                    var error = Error(part, scale * f, minimum * g, 0, levels);
                    (least, factors[i], minimumFactors[i]) = error < least ? (error, (byte)f, (byte)g) : (least, factors[i], minimumFactors[i]);
                }
            }

            var (own, less) = (scale * factors[i], minimum * minimumFactors[i]);
            var inverse = own != 0 ? 1 / own : 0;
            for (var k = 0; k < group; k++)
            {
                integers[(i * group) + k] = (byte)GroupFit.Nearest((part[k] + less) * inverse, 0, levels);
            }
        }

        SixBitPairs.Write(factors, minimumFactors, head[4..]);
    }

    /// <summary>Rounds a block to integers from 0 to 2·<paramref name="offset"/> − 1 around <paramref name="offset"/>, with a signed byte as factor of each 16.</summary>
    /// <param name="numbers">256 numbers.</param>
    /// <param name="offset">The integer of 0.</param>
    /// <param name="integers">Receives the integers.</param>
    /// <param name="factors">Receives 16 factors.</param>
    /// <param name="head">Receives binary16 d.</param>
    public static void Symmetric(ReadOnlySpan<float> numbers, int offset, Span<byte> integers, Span<byte> factors, Span<byte> head)
    {
        const int groups = 16, group = Block / groups;
        Span<float> scales = stackalloc float[groups];
        var extreme = 0f;
        for (var i = 0; i < groups; i++)
        {
            scales[i] = GroupFit.Symmetric(numbers.Slice(i * group, group), offset);
            extreme = MathF.Abs(scales[i]) > MathF.Abs(extreme) ? scales[i] : extreme;
        }

        // Of the signed bytes the one of the largest magnitude is −128.
        var scale = Stored(extreme / sbyte.MinValue, head);
        for (var i = 0; i < groups; i++)
        {
            var part = numbers.Slice(i * group, group);
            var (first, last) = Near(scales[i], scale, sbyte.MinValue, sbyte.MaxValue);
            var (least, factor) = (double.PositiveInfinity, 0);
            for (var f = first; f <= last; f++)
            {
                var error = Error(part, scale * f, 0, -offset, offset - 1);
                (least, factor) = error < least ? (error, f) : (least, factor);
            }

            factors[i] = (byte)(sbyte)factor;
            var inverse = scale * factor is not 0 and var own ? 1 / own : 0;
            for (var k = 0; k < group; k++)
            {
                integers[(i * group) + k] = (byte)(offset + GroupFit.Nearest(part[k] * inverse, -offset, offset - 1));
            }
        }
    }

    // Writes a scale as binary16, and gives what it is then.
    private static float Stored(float scale, Span<byte> destination)
    {
        var stored = (Half)scale;
        BinaryPrimitives.WriteHalfLittleEndian(destination, stored);
        return (float)stored;
    }

    private static (int First, int Last) Near(float value, float scale, int lowest, int highest)
    {
        var nearest = scale == 0 ? 0 : GroupFit.Nearest(value / scale, lowest, highest);
        return scale == 0 ? (0, 0) : (Math.Max(lowest, nearest - 1), Math.Min(highest, nearest + 1));
    }

    private static double Error(ReadOnlySpan<float> numbers, float scale, float minimum, int lowest, int highest)
    {
        var inverse = scale != 0 ? 1 / scale : 0;
        var error = 0f;
        foreach (var number in numbers)
        {
            var difference = (scale * GroupFit.Nearest((number + minimum) * inverse, lowest, highest)) - minimum - number;
            error += difference * difference;
        }

        return error;
    }
}
