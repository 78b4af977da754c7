using System.Globalization;
using Sequitur.Conformance.Tests.Cases;

namespace Sequitur.Conformance.Tests.Runs;

/// <summary>Compares a part's tensors with the reference, and remembers how near they came.</summary>
/// <param name="toleranceOf">The tolerance of a tensor, by its name.</param>
internal sealed class Comparison(Func<string, Tolerance> toleranceOf)
{
    private readonly List<string> _failures = [];

    /// <summary>Tensors compared.</summary>
    public int Count { get; private set; }

    /// <summary>The largest error, as a share of what is allowed.</summary>
    public double Worst { get; private set; }

    /// <summary>What was out of tolerance, a line each.</summary>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>Compares a tensor within its tolerance.</summary>
    public void Compare(string executor, Expected expected, float[] actual)
    {
        Count++;
        if (expected.Values.Length != actual.Length)
        {
            _failures.Add($"{expected.Name} ({executor}): {actual.Length} numbers for {expected.Values.Length}");
            return;
        }

        var tolerance = toleranceOf(expected.Name);
        var size = tolerance.GroupSize(expected);
        var worst = Enumerable.Range(0, expected.Values.Length / size).Select(group => Largest(expected.Values, actual, group * size, size))
            .Select(group => (group.Error, group.At, Limit: tolerance.Limit(group.Expected))).DefaultIfEmpty((Error: 0.0, At: 0, Limit: 1.0)).MaxBy(group => group.Error / group.Limit);
        Judge(executor, expected.Name, worst.Error, worst.Limit, $"at {worst.At}: {Show(actual, worst.At)} for {Show(expected.Values, worst.At)}");
        if (tolerance.RelativeL2 is { } bound)
        {
            var square = expected.Values.Sum(e => (double)e * e);
            var squareError = expected.Values.Zip(actual, (e, a) => ((double)a - e) * ((double)a - e)).Sum();
            if (Math.Sqrt(square) > Tolerance.NormThatCounts)
            {
                Judge(executor, $"{expected.Name}, relative L2", Math.Sqrt(squareError / square), bound, "");
            }
        }
    }

    private static (double Expected, double Error, int At) Largest(float[] expected, float[] actual, int first, int count)
    {
        var (largest, error, at) = (0.0, 0.0, first);
        for (var i = first; i < first + count; i++)
        {
            var difference = Math.Abs((double)actual[i] - expected[i]);
            if (!(difference <= error))
            {
                (error, at) = (double.IsNaN(difference) ? double.PositiveInfinity : difference, i);
            }

            largest = Math.Max(largest, Math.Abs(expected[i]));
        }

        return (largest, error, at);
    }

    /// <summary>Demands something that is no tolerance's matter: ids, sizes.</summary>
    public void Demand(bool condition, string failure)
    {
        Count++;
        if (!condition)
        {
            _failures.Add(failure);
        }
    }

    private static string Show(float[] values, int index) => index < values.Length ? values[index].ToString("G9", CultureInfo.InvariantCulture) : "nothing";

    private void Judge(string executor, string what, double error, double limit, string where)
    {
        Worst = Math.Max(Worst, error / limit);
        if (!(error <= limit))
        {
            _failures.Add(string.Create(CultureInfo.InvariantCulture, $"{what} ({executor}): error {error:G3}, allowed {limit:G3} {where}"));
        }
    }
}
