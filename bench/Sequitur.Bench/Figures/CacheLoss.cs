using Sequitur.Engine.KvCache;
using Sequitur.Kernels;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Bench.Figures;

/// <summary>
/// What a cache in F16 or Q8_0 loses against one in F32, all else in float32, so that nothing but the rounding of keys and values differs: the mean divergence of the distributions over the
/// reference's text, the perplexity, and how often the most probable token is the same.
/// </summary>
[Figure("contract", Title)]
internal sealed class CacheLoss : IFigure
{
    private const string Title = "caches against a float32 cache";

    // As much as the default mode may lose in all.
    private const double GoalPerplexity = 0.002;

    public static IEnumerable<Measurement> Measure(Workbench bench) => ReferenceTexts.Measure(bench, Title, texts => Compare(bench, texts));

    private static IEnumerable<Measurement> Compare(Workbench bench, ReferenceTexts texts)
    {
        var chunks = texts.Chunks;
        var context = chunks.Max(chunk => chunk.Length);
        using var exact = Open(ElementType.F32);
        foreach (var format in new[] { ElementType.F16, ElementType.Q8_0 })
        {
            using var rounded = Open(format);
            var loss = new Tally();
            foreach (var chunk in chunks)
            {
                loss.Add(exact, rounded, chunk);
            }

            var note = $"{CacheBudget.BytesAPosition(rounded.Layout)} bytes a position, F32 {CacheBudget.BytesAPosition(exact.Layout)}; mean divergence {Numbers.Format(loss.Divergence / loss.Positions)} nats a token over {loss.Positions}, most probable token the same at {Numbers.Format(100.0 * loss.Agreeing / loss.Positions)} %";
            var difference = Math.Abs(Scalar.ExpDouble((loss.OtherSurprise - loss.Surprise) / loss.Predicted) - 1);
            yield return loss.Divergence > 0
                ? Measurement.AtMost($"{format} cache, perplexity beside an F32 cache, relative difference", difference, "", GoalPerplexity, note)
                : Measurement.Failed($"{format} cache", "it does not differ from an F32 cache");
        }

        PromptLogits Open(ElementType format) => new(bench.Model.Loaded.Model, context, bench.ThreadCounts[^1], float32: true, format);
    }
}
