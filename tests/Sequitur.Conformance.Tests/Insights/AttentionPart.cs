using Sequitur.Conformance.Tests.Runs;
using Sequitur.Insight;

namespace Sequitur.Conformance.Tests.Insights;

/// <summary>Statistics of heads, rollout, and the scores of induction on tokens that come twice.</summary>
internal sealed class AttentionPart() : InsightPart("attention")
{
    public override bool Reads(string tensor) => tensor.StartsWith("attn.", StringComparison.Ordinal) || tensor.StartsWith("induction.", StringComparison.Ordinal);

    public override void Check(InsightRun run, Comparison comparison)
    {
        var maps = new AttentionMaps(run.Recording);
        var layers = run.Anatomy.Layers.Select(layer => (layer.Attention!.Heads, Weights: maps.Layer(layer.Index))).ToArray();
        var statistics = layers.Select(layer => HeadStatistics.Of(layer.Weights, layer.Heads)).ToArray();
        void Compare(string name, Func<HeadStatistics, IEnumerable<double>> numbers) => run.Compare(comparison, $"attn.{name}", statistics.SelectMany(numbers));
        Compare("entropy", s => s.Entropy.SelectMany(row => row));
        Compare("first", s => s.First.SelectMany(row => row));
        Compare("previous", s => s.Previous);
        Compare("self", s => s.Self);
        Compare("distance", s => s.Distance);
        CheckRollout(run, comparison, layers);
        CheckInduction(run, comparison);
    }

    private static void CheckRollout(InsightRun run, Comparison comparison, (int Heads, float[] Weights)[] layers)
    {
        var (rollout, all) = (new Rollout(run.Ids.Length), new List<double[]>());
        foreach (var (heads, weights) in layers)
        {
            rollout.Add(weights, heads);
            all.Add([.. rollout.Rows]);
        }

        var onlyLast = run.Expected.Shape("attn.rollout").Count == 2;
        run.Compare(comparison, "attn.rollout", onlyLast ? all[^1] : all.SelectMany(rows => rows));
        run.Compare(comparison, "attn.rollout_last_row", all.SelectMany(rows => rows[^run.Ids.Length..]));
    }

    private static void CheckInduction(InsightRun run, Comparison comparison)
    {
        var recording = Recording.Of(run.Engine, run.Expected.Integers("induction_ids"), AttentionMaps.ValuesOf(run.Anatomy));
        var maps = new AttentionMaps(recording);
        var scores = run.Anatomy.Layers.Select(layer => InductionScores.Of(maps.Layer(layer.Index), layer.Attention!.Heads)).ToArray();
        run.Compare(comparison, "induction.duplicate", scores.SelectMany(s => s.Duplicate));
        run.Compare(comparison, "induction.induction", scores.SelectMany(s => s.Induction));
        run.Compare(comparison, "induction.previous", scores.SelectMany(s => s.Previous));
    }
}
