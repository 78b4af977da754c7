using System.Globalization;
using Sequitur.Kernels.Numerics;

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
    // Student's t at 97.5 %, by degrees of freedom from 1 (tables of the distribution); from 30 on the last is close enough.
    private static readonly double[] Quantiles =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052,
        2.048, 2.045, 2.042,
    ];

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

    /// <summary>e to the mean of the logarithms: the mean of ratios, in which 2 and ½ are one apart from 1 both. Of positive numbers.</summary>
    public double GeometricMean => Scalar.ExpDouble(MeanOfLogs);

    /// <summary>Where the geometric mean lies with 95 % confidence, by Student's t over the logarithms; null of a single number.</summary>
    public (double From, double To)? Interval
    {
        get
        {
            if (Count < 2)
            {
                return null;
            }

            var variance = _sorted.Sum(value => Square(Scalar.LogDouble(value) - MeanOfLogs)) / (Count - 1);
            var half = Quantiles[Math.Min(Count - 2, Quantiles.Length - 1)] * Math.Sqrt(variance / Count);
            return (Scalar.ExpDouble(MeanOfLogs - half), Scalar.ExpDouble(MeanOfLogs + half));
        }
    }

    private double MeanOfLogs => _sorted.Sum(Scalar.LogDouble) / Count;

    /// <summary>Smallest and largest as text.</summary>
    public string Range => $"{Numbers.Format(Min)} – {Numbers.Format(Max)}";

    private static double Square(double value) => value * value;
}
