namespace Sequitur.Bench.Figures;

/// <summary>How long <c>explain</c> and <c>why</c> take over a prompt of 200 tokens, as processes.</summary>
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
        const string Explain = "explain, prompt of 200 tokens";
        yield return SequiturProgram.Has(bench.Root, "explain")
            ? Time(bench, Explain, ExplainSeconds, "explain", "--raw", Prompt, "--model", bench.ModelPath, "--max-tokens", "1")
            : Measurement.Skipped(Explain, "there is no command explain");
        const string Quick = "why: candidates, attribution, lens, gradients";
        const string Whole = "why, with removal and masking";
        if (!SequiturProgram.Has(bench.Root, "why"))
        {
            yield return Measurement.Skipped(Quick, "there is no command why");
            yield return Measurement.Skipped(Whole, "there is no command why");
            yield break;
        }

        // why is about the last run, whose state it keeps in the user's state folder.
        CliTime.Once(bench.Root, "run", "--raw", Prompt, "--model", bench.ModelPath, "--max-tokens", "4");
        yield return SequiturProgram.Has(bench.Root, "why", "--quick")
            ? Time(bench, Quick, WhySeconds, "why", "1", "--quick")
            : Measurement.Skipped(Quick, "why has no option that leaves the passes out (--quick)");
        yield return Time(bench, Whole, WhyWithPassesSeconds, "why", "1");
    }

    private static Measurement Time(Workbench bench, string what, double limit, params IReadOnlyList<string> arguments)
    {
        try
        {
            var times = CliTime.Of(bench.Root, Runs, arguments);
            return Measurement.AtMost(what, times.Median / 1000, "s", limit, $"{Numbers.Format(times.Min / 1000)} – {Numbers.Format(times.Max / 1000)} over {times.Count} runs");
        }
        catch (SequiturException failure)
        {
            return Measurement.Failed(what, failure.Message);
        }
    }
}
