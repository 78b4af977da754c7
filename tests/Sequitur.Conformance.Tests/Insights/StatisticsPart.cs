using Sequitur.Conformance.Tests.Runs;
using Sequitur.Insight;

namespace Sequitur.Conformance.Tests.Insights;

/// <summary>Lengths of the stream, surprisal and entropy of the predictions, sparseness of feed-forward parts.</summary>
internal sealed class StatisticsPart() : InsightPart("statistics")
{
    private static readonly string[] Prefixes = ["norms.", "prediction.", "ffn."];

    public override bool Reads(string tensor) => Prefixes.Any(prefix => tensor.StartsWith(prefix, StringComparison.Ordinal));

    public override void Check(InsightRun run, Comparison comparison)
    {
        var stream = StreamStatistics.Of(run.Recording);
        void Compare(string name, double[][] numbers) => run.Compare(comparison, name, numbers.SelectMany(row => row));
        Compare("norms.resid", stream.Stream);
        Compare("norms.attn_out", stream.Attention);
        Compare("norms.ffn_out", stream.FeedForward);
        Compare("norms.cosine", stream.Cosine);
        var predictions = Predictions.Of(run.Recording, new Lens(run.Recording));
        Compare("prediction.surprisal", [predictions.Surprisal]);
        Compare("prediction.entropy", [predictions.Entropy]);
        FeedForwardStatistics[] layers = [.. run.Anatomy.Layers.Select(layer => FeedForwardStatistics.Of(run.Recording, layer)!)];
        Compare("ffn.positive", [.. layers.Select(layer => layer.Positive)]);
        Compare("ffn.small", [.. layers.Select(layer => layer.Small)]);
        Compare("ffn.hoyer", [.. layers.Select(layer => layer.Hoyer)]);
    }
}
