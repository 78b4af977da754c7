namespace Sequitur.Kernels.Formats;

/// <summary>
/// The scale of a group of numbers that are rounded to the nearest integer times it. The range of the numbers suggests one; a few near it are tried (some integers then fall otherwise), each
/// is set to the least squares of the integers that it led to, and the one of the smallest squared error stays.
/// </summary>
internal static class GroupFit
{
    // What counts as less: sums of squares in binary64 are not exact.
    private const double Less = 1 - 1e-12;

    // By how many steps the integers are stretched. The plain range comes first, so that it stays where others are as good.
    private static ReadOnlySpan<float> Stretches => [0, -0.225f, 0.225f, -0.45f, 0.45f, -0.675f, 0.675f, -0.9f, 0.9f];

    /// <summary>Scale s ≥ 0 and minimum m ≥ 0 for numbers s·q − m, q from 0 to <paramref name="levels"/>.</summary>
    public static (float Scale, float Minimum) Affine(ReadOnlySpan<float> numbers, int levels)
    {
        var (lowest, highest) = (0f, float.NegativeInfinity);
        foreach (var number in numbers)
        {
            lowest = MathF.Min(lowest, number);
            highest = MathF.Max(highest, number);
        }

        if (!(highest > lowest))
        {
            return (0, -lowest);
        }

        var best = ((highest - lowest) / levels, -lowest);
        var gain = 0d;
        foreach (var stretch in Stretches)
        {
            var (own, scale, minimum) = LeastSquares(numbers, levels, lowest, (levels + stretch) / (highest - lowest));
            (gain, best) = own * Less > gain ? (own, (scale, minimum)) : (gain, best);
        }

        return best;
    }

    /// <summary>Scale s for numbers s·q, q from −<paramref name="offset"/> to <paramref name="offset"/> − 1; the number of the largest magnitude gets a negative q.</summary>
    public static float Symmetric(ReadOnlySpan<float> numbers, int offset)
    {
        var extreme = 0f;
        foreach (var number in numbers)
        {
            extreme = MathF.Abs(number) > MathF.Abs(extreme) ? number : extreme;
        }

        var best = extreme / -offset;
        if (best == 0)
        {
            return 0;
        }

        var gain = 0d;
        foreach (var stretch in Stretches)
        {
            var inverse = -(offset + stretch) / extreme;
            var (product, square) = (0d, 0);
            foreach (var number in numbers)
            {
                var integer = Nearest(number * inverse, -offset, offset - 1);
                product += (double)number * integer;
                square += integer * integer;
            }

            // The error is Σx² − (Σxq)² / Σq².
            var own = square == 0 ? 0 : product * product / square;
            (gain, best) = own * Less > gain ? (own, (float)(product / square)) : (gain, best);
        }

        return best;
    }

    /// <summary>The nearest integer, halves away from zero, within bounds.</summary>
    public static int Nearest(float value, int lowest, int highest) => Math.Clamp((int)(value + (value < 0 ? -0.5f : 0.5f)), lowest, highest);

    // Of the integers that an inverse scale leads to: the scale and minimum of the least squares, and by how much their squared error is below Σx².
    private static (double Gain, float Scale, float Minimum) LeastSquares(ReadOnlySpan<float> numbers, int levels, float lowest, float inverse)
    {
        var (sum, square) = (0, 0);
        var (total, product) = (0d, 0d);
        foreach (var number in numbers)
        {
            var integer = Nearest((number - lowest) * inverse, 0, levels);
            sum += integer;
            square += integer * integer;
            total += number;
            product += (double)number * integer;
        }

        var count = numbers.Length;
        var determinant = ((long)count * square) - ((long)sum * sum);
        var (scale, minimum) = determinant == 0 ? (0, 0) : (((count * product) - (sum * total)) / determinant, ((sum * product) - (square * total)) / determinant);
        if (determinant == 0 || minimum < 0 || scale < 0)
        {
            (scale, minimum) = (square == 0 ? 0 : Math.Max(0, product / square), 0);
        }

        var gain = (2 * scale * product) - (2 * minimum * total) + (2 * scale * minimum * sum) - (scale * scale * square) - (count * minimum * minimum);
        return (gain, (float)scale, (float)minimum);
    }
}
