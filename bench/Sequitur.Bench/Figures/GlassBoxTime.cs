namespace Sequitur.Bench.Figures;

/// <summary>How long <c>explain</c> and <c>why</c> take over a prompt of 200 tokens, as processes: published as users install the program, and as it is built.</summary>
[Figure("cli", "explain and why")]
internal sealed class GlassBoxTime : IFigure
{
    private const int Runs = 3;
    private const double ExplainSeconds = 3;
    private const double WhySeconds = 5;
    private const double WhyWithPassesSeconds = 20;

    // 200 tokens with the plain prompt's vocabulary: a word and a space are one.
    private static readonly string Prompt = string.Join(' ', Enumerable.Repeat("the cat sat on the mat and looked at the", 20));

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        foreach (var row in Time(bench, "explain, prompt of 200 tokens", ExplainSeconds, "explain", "--raw", Prompt, "--model", bench.ModelPath, "--max-tokens", "1"))
        {
            yield return row;
        }

        // why is about the last run, whose state it keeps in the user's state folder.
        CliTime.Once(bench.Root, "run", "--raw", Prompt, "--model", bench.ModelPath, "--max-tokens", "4");
        foreach (var row in Time(bench, "why: candidates, attribution, lens, gradients", WhySeconds, "why", "1", "--quick")
            .Concat(Time(bench, "why, with removal and masking", WhyWithPassesSeconds, "why", "1")))
        {
            yield return row;
        }
    }

    private static IEnumerable<Measurement> Time(Workbench bench, string what, double limit, params IReadOnlyList<string> arguments)
    {
        var plain = CliTime.Of(bench.Root, Runs, arguments);
        yield return Measurement.Reported($"{what}, plain build", plain.Median / 1000, "s", Range(plain));
        if (bench.Published.Failure is { } failure)
        {
            yield return Measurement.Skipped($"{what}, published", failure);
            yield break;
        }

        var times = bench.Published.Times(Runs, arguments);
        yield return Measurement.AtMost($"{what}, published", times.Median / 1000, "s", limit, Range(times));
    }

    private static string Range(Sample times) => $"{Numbers.Format(times.Min / 1000)} – {Numbers.Format(times.Max / 1000)} over {times.Count} runs";
}
