using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Runs;
using Sequitur.Insight;

namespace Sequitur.Conformance.Tests.Insights;

/// <summary>The logit lens: all logits, or the likeliest tokens, ranks and divergences; and the model's own logits.</summary>
internal sealed class LensPart() : InsightPart("lens")
{
    public override bool Reads(string tensor) => tensor == "logits" || tensor.StartsWith("lens.", StringComparison.Ordinal);

    // Logits of a large vocabulary have no tolerance of their own: they are as near as their logarithms.
    public override Tolerance ToleranceOf(InsightCase given, string tensor)
    {
        try
        {
            return given.ToleranceOf(tensor);
        }
        catch (InvalidDataException) when (tensor == "logits")
        {
            return given.ToleranceOf("lens.top_logprobs");
        }
    }

    public override void Check(InsightRun run, Comparison comparison)
    {
        if (run.Expected.Has("lens.logits"))
        {
            CheckLogits(run, comparison);
        }
        else
        {
            CheckRanked(run, comparison);
        }
    }

    private static void CheckLogits(InsightRun run, Comparison comparison)
    {
        var (tokens, vocabulary) = (run.Ids.Length, run.Engine.Model.VocabularySize);
        var all = new float[run.Anatomy.Stream.Count * tokens * vocabulary];
        new Lens(run.Recording).Look([.. Enumerable.Range(0, tokens)], (depth, position, logits) => logits.CopyTo(all.AsSpan(((depth * tokens) + position) * vocabulary)));
        comparison.Compare("engine", run.Expected.Floats("lens.logits"), all);
        comparison.Compare("lens", run.Expected.Floats("logits"), all[^(tokens * vocabulary)..]);
        comparison.Demand(run.Recording.Logits.SequenceEqual(all.AsSpan(all.Length - vocabulary)), "the lens behind the last layer shows other bits than the run");
    }

    private static void CheckRanked(InsightRun run, Comparison comparison)
    {
        var (positions, depths) = (Enumerable.Range(0, run.Ids.Length).ToArray(), run.Anatomy.Stream.Count);
        var (lens, final) = (new Lens(run.Recording), new float[positions.Length][]);
        lens.Look([depths - 1], positions, (_, position, logits) => final[position] = logits.ToArray());
        var (ids, ranges) = (run.Expected.Integers("lens.final_ids"), run.Expected.Integers("lens.final_rank_range"));
        var (places, ofFinal, kl) = (new List<double[]>(), new List<double>(), new List<double>());
        lens.Look(positions, (depth, position, logits) =>
        {
            var logs = Distributions.LogProbabilities(logits);
            places.Add(logs);
            ofFinal.Add(logs[ids[position]]);
            kl.Add(Distributions.KullbackLeibler(final[position], logits));
            var (rank, range) = (Distributions.Rank(logits, ids[position]), 2 * ((depth * positions.Length) + position));
            comparison.Demand(rank >= ranges[range] && rank <= ranges[range + 1], $"lens.final_rank [{depth}, {position}] is {rank}, not from {ranges[range]} to {ranges[range + 1]}");
        });
        run.CompareTop(comparison, "lens", places);
        run.Compare(comparison, "lens.final_logprobs", ofFinal);
        run.Compare(comparison, "lens.kl", kl);
        comparison.Compare("engine", run.Expected.Floats("logits"), run.Recording.Logits.ToArray());
        comparison.Demand(positions.All(position => Distributions.Top(final[position], 1)[0] == ids[position]), "lens.final_ids differ");
    }
}
