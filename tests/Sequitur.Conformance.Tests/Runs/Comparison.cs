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
        var (largest, error, at) = (0.0, 0.0, 0);
        var (square, squareError) = (0.0, 0.0);
        for (var i = 0; i < actual.Length; i++)
        {
            var difference = Math.Abs((double)actual[i] - expected.Values[i]);
            if (!(difference <= error))
            {
                (error, at) = (double.IsNaN(difference) ? double.PositiveInfinity : difference, i);
            }

            largest = Math.Max(largest, Math.Abs(expected.Values[i]));
            square += (double)expected.Values[i] * expected.Values[i];
            squareError += difference * difference;
        }

        Judge(executor, expected.Name, error, tolerance.Limit(largest), $"at {at}: {Show(actual, at)} for {Show(expected.Values, at)}");
        if (tolerance.RelativeL2 is { } bound && Math.Sqrt(square) > Tolerance.NormThatCounts)
        {
            Judge(executor, $"{expected.Name}, relative L2", Math.Sqrt(squareError / square), bound, "");
        }
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
