using System.Globalization;
using Sequitur.Conformance.Tests.Runs;
using Sequitur.Insight;

namespace Sequitur.Conformance.Tests.Insights;

/// <summary>Direct logit attribution of the chosen token, the runner-up, and their difference.</summary>
internal sealed class AttributionPart() : InsightPart("attribution")
{
    // What the parts may leave over of a logit.
    private const double LargestRemainder = 1e-3;

    public override bool Reads(string tensor) => tensor.StartsWith("dla.", StringComparison.Ordinal);

    public override void Check(InsightRun run, Comparison comparison)
    {
        var attributor = new Attributor(run.Recording);
        var ids = run.Expected.Integers("dla.token_ids");
        var (chosen, other) = (attributor.Of(ids[0]), attributor.Of(ids[1]));
        Attribution[] all = [chosen, other, chosen - other];
        void Compare(string name, Func<Attribution, IEnumerable<double>> part) => run.Compare(comparison, $"dla.{name}", all.SelectMany(part));

        Compare("embed", a => [a.Embedding]);
        Compare("embed_token", a => [a.TokenEmbedding!.Value]);
        Compare("embed_position", a => [a.PositionEmbedding!.Value]);
        Compare("attn", a => a.Attention);
        Compare("mlp", a => a.FeedForward);
        Compare("heads", a => a.Heads.SelectMany(heads => heads));
        Compare("attn_bias", a => a.AttentionBias);
        Compare("bias", a => [a.Bias]);
        Compare("raw_logit", a => [a.RawLogit]);
        run.Compare(comparison, "dla.norm_scale", [attributor.FinalNormDivisor]);
        run.Compare(comparison, "dla.heads_by_source", WithDifference(BySource(run, attributor, ids[0]), BySource(run, attributor, ids[1])));
        if (run.Expected.Has("dla.experts"))
        {
            run.Compare(comparison, "dla.experts", WithDifference(ByExpert(run, attributor, ids[0]), ByExpert(run, attributor, ids[1])));
        }

        foreach (var attribution in all)
        {
            comparison.Demand(
                Math.Abs(attribution.Remainder) <= LargestRemainder,
                string.Create(CultureInfo.InvariantCulture, $"the parts leave {attribution.Remainder} of the logit {attribution.RawLogit}"));
        }
    }

    private static double[] BySource(InsightRun run, Attributor attributor, int token)
    {
        var (maps, position) = (new AttentionMaps(run.Recording), run.Ids.Length - 1);
        return
        [
            .. from layer in run.Anatomy.Layers
               let heads = layer.Attention!.Heads
               let weights = maps.Layer(layer.Index)
               from head in Enumerable.Range(0, heads)
               from part in attributor.BySource(token, layer.Index, head, weights.AsSpan(((position * heads) + head) * run.Ids.Length, run.Ids.Length))
               select part,
        ];
    }

    private static double[] ByExpert(InsightRun run, Attributor attributor, int token) => [.. run.Anatomy.Layers.SelectMany(layer => attributor.ByExpert(token, layer.Index)!)];

    private static IEnumerable<double> WithDifference(double[] a, double[] b) => [.. a, .. b, .. a.Zip(b, (x, y) => x - y)];
}
