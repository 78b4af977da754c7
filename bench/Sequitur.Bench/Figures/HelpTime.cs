namespace Sequitur.Bench.Figures;

/// <summary>How long <c>--help</c> and <c>completions bash</c> take when the program was published with code compiled ahead (ReadyToRun).</summary>
[Figure("cli", "help and completions")]
internal sealed class HelpTime : IFigure
{
    private const int Runs = 15;
    private const double Milliseconds = 150;

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        foreach (var arguments in new string[][] { ["--help"], ["run", "--help"], ["completions", "bash"] })
        {
            var what = string.Join(' ', arguments);
            var plain = CliTime.Of(bench.Root, Runs, arguments);
            yield return Measurement.Reported($"{what}, plain build", plain.Median, "ms", plain.Range);
            yield return bench.Published.Failure is { } failure ? Measurement.Skipped($"{what}, published", failure) : Judge(bench, what, arguments);
        }
    }

    private static Measurement Judge(Workbench bench, string what, string[] arguments)
    {
        var times = bench.Published.Times(Runs, arguments);
        return Measurement.AtMost($"{what}, published", times.Median, "ms", Milliseconds, $"{times.Range} over {times.Count} runs, start of .NET included");
    }
}
