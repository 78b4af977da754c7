namespace Sequitur.Bench.Figures;

/// <summary>Two things that shall take the same time, measured in turn.</summary>
internal static class PairedTimes
{
    /// <summary>Times both in turn, the order changing from pair to pair; passes where the 95 % interval of the ratio holds 1, or all of it is below.</summary>
    /// <param name="what">What is compared.</param>
    /// <param name="pairs">Pairs, at least; never below 10.</param>
    /// <param name="without">Takes some time.</param>
    /// <param name="with">Shall take no longer.</param>
    public static Measurement Judge(string what, int pairs, Func<double> without, Func<double> with)
    {
        without();
        with();
        var ratios = new List<double>();
        for (var pair = 0; pair < Math.Max(pairs, Workbench.LeastPairs); pair++)
        {
            var (first, second) = pair % 2 == 0 ? (without(), with()) : Swapped(with(), without());
            ratios.Add(second / first);
        }

        var sample = new Sample(ratios);
        var (from, to) = sample.Interval!.Value;
        var verdict = from <= 1 ? Verdict.Pass : Verdict.Fail;
        return new(what, sample.GeometricMean, "× without", "the interval begins at most at 1", verdict, $"95 % of means {Numbers.Format(from)} – {Numbers.Format(to)}, {sample.Count} pairs");
    }

    private static (double First, double Second) Swapped(double second, double first) => (first, second);
}
