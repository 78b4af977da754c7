namespace Sequitur.Kernels.Formats;

/// <summary>The plain rounding of ternary formats: −1, 0 or 1 times the largest magnitude of a block.</summary>
internal static class TernaryRounding
{
    /// <summary>The largest magnitude.</summary>
    public static float Scale(ReadOnlySpan<float> numbers)
    {
        var largest = 0f;
        foreach (var number in numbers)
        {
            largest = MathF.Max(largest, MathF.Abs(number));
        }

        return largest;
    }

    /// <summary>Integers 0, 1 or 2 for −1, 0 or 1.</summary>
    public static void Round(ReadOnlySpan<float> numbers, float scale, Span<byte> integers)
    {
        var inverse = scale != 0 ? 1 / scale : 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            integers[i] = (byte)(1 + (int)MathF.Round(numbers[i] * inverse, MidpointRounding.AwayFromZero));
        }
    }
}
