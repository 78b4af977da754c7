namespace Sequitur.Bench.Figures;

/// <summary>What <c>run --stats</c> costs: the same answer with it and without, in turn.</summary>
[Figure("cli", Title)]
internal sealed class StatsOverhead : IFigure
{
    private const string Title = "overhead of --stats";

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        if (!SequiturProgram.Has(bench.Root, "run", "--stats"))
        {
            yield return Measurement.Skipped(Title, "run has no --stats");
            yield break;
        }

        string[] plain = ["run", "--raw", "Once upon a time", "--max-tokens", "96", "--lookup", "0", "--model", bench.ModelPath];
        yield return PairedTimes.Judge(Title, bench.Pairs, () => CliTime.Once(bench.Root, plain), () => CliTime.Once(bench.Root, [.. plain, "--stats"]));
    }
}
