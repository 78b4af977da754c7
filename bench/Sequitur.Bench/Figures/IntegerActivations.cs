using System.Text.Json;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Bench.Figures;

/// <summary>
/// What the default mode (encoded activations, a float16 cache) loses against our own float32: the divergence of its distributions at every position of the reference's
/// prompts and text, beside what llama.cpp loses on the same file, the perplexity, and how often the most probable token is the same.
/// </summary>
[Figure("contract", Title)]
internal sealed class IntegerActivations : IFigure
{
    private const string Title = "default mode against float32";
    private const double GoalDivergence = 1.1;
    private const double Target = 0.8;
    private const double GoalPerplexity = 0.002;
    private const double GoalAgreement = 0.5;

    public static IEnumerable<Measurement> Measure(Workbench bench) => ReferenceTexts.Measure(bench, Title, texts => Compare(bench, texts));

    private static IEnumerable<Measurement> Compare(Workbench bench, ReferenceTexts texts)
    {
        var prompts = texts.Prompts.ToArray();
        var context = prompts.Select(Ids).Concat(texts.Chunks).Max(ids => ids.Length);
        using var float32 = new PromptLogits(bench.Model.Loaded.Model, context, bench.ThreadCounts[^1], float32: true);
        using var integer = new PromptLogits(bench.Model.Loaded.Model, context, bench.ThreadCounts[^1], float32: false);

        var (all, theirs) = (new Tally(), 0.0);
        foreach (var prompt in prompts)
        {
            var (tally, peer) = (new Tally(), prompt.GetProperty("llamacpp_versus_reference"));
            tally.Add(float32, integer, Ids(prompt));
            yield return Divergence($"'{prompt.GetProperty("id").GetString()}'", tally, peer.GetProperty("mean_kl_reference_to_llamacpp").GetDouble());
            theirs += peer.GetProperty("top1_agreement").GetDouble() * tally.Positions;
            all.Add(tally);
        }

        yield return Agreement("prompts", all, theirs / all.Positions);

        var text = new Tally();
        foreach (var chunk in texts.Chunks)
        {
            text.Add(float32, integer, chunk);
        }

        yield return Divergence("the text", text, texts.Perplexity.GetProperty("mean_kl").GetDouble());
        yield return Agreement("the text", text, texts.Perplexity.GetProperty("top1_agreement").GetDouble());
        yield return Perplexity(text, texts.Perplexity.GetProperty("llamacpp_relative_difference").GetDouble());
    }

    private static int[] Ids(JsonElement prompt) => ReferenceTexts.Integers(prompt, "token_ids");

    // No divergence at all would mean that nothing was encoded, and that float32 was measured against itself.
    private static Measurement Divergence(string what, Tally tally, double theirs)
    {
        var (title, mean) = ($"divergence from float32, {what}", tally.Divergence / tally.Positions);
        return mean > 0
            ? Measurement.AtMost(
                title,
                mean / theirs,
                "× llama.cpp",
                GoalDivergence,
                $"{Numbers.Format(mean)} nats a token over {tally.Positions}, theirs {Numbers.Format(theirs)}; target {Numbers.Format(Target)}{(mean / theirs <= Target ? ", reached" : "")}")
            : Measurement.Failed(title, mean == 0 ? "the two modes do not differ" : $"{mean}");
    }

    private static Measurement Agreement(string what, Tally tally, double theirs)
    {
        var ours = 100.0 * tally.Agreeing / tally.Positions;
        return Measurement.AtMost(
            $"most probable token as in float32, {what}",
            (100 * theirs) - ours,
            "points below llama.cpp",
            GoalAgreement,
            $"ours {Numbers.Format(ours)} % of {tally.Positions} positions, theirs {Numbers.Format(100 * theirs)} %");
    }

    private static Measurement Perplexity(Tally text, double theirs)
    {
        var difference = Scalar.ExpDouble((text.OtherSurprise - text.Surprise) / text.Predicted) - 1;
        return Measurement.AtMost(
            "perplexity beside float32, relative difference",
            Math.Abs(difference),
            "",
            GoalPerplexity,
            $"{(difference < 0 ? "below" : "above")} {Scalar.ExpDouble(text.Surprise / text.Predicted):F4} over {text.Predicted} tokens; llama.cpp's {Numbers.Format(theirs)}");
    }
}
