using System.Globalization;

namespace Sequitur.Bench;

/// <summary>Numbers for people: about three digits that matter, in no machine's own culture.</summary>
internal static class Numbers
{
    /// <summary>A number as text.</summary>
    public static string Format(double value)
    {
        var size = Math.Abs(value);
        var format = double.IsInteger(value) && size < 1e15 ? "F0"
            : size >= 100 ? "F0"
            : size >= 10 ? "F1"
            : size >= 0.1 ? "F2"
            : size >= 0.01 ? "F3"
            : "0.0E0";
        return value.ToString(format, CultureInfo.InvariantCulture);
    }
}

/// <summary>Repeated measurements of one thing.</summary>
internal sealed class Sample
{
    private readonly double[] _sorted;

    /// <summary>Takes the measurements, at least one.</summary>
    public Sample(IEnumerable<double> values)
    {
        _sorted = [.. values];
        Array.Sort(_sorted);
    }

    /// <summary>How many there are.</summary>
    public int Count => _sorted.Length;

    /// <summary>The smallest.</summary>
    public double Min => _sorted[0];

    /// <summary>The largest.</summary>
    public double Max => _sorted[^1];

    /// <summary>The middle one, or the mean of the two in the middle.</summary>
    public double Median => (_sorted[(Count - 1) / 2] + _sorted[Count / 2]) / 2;

    /// <summary>Smallest and largest as text.</summary>
    public string Range => $"{Numbers.Format(Min)} – {Numbers.Format(Max)}";
}
