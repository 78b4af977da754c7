using System.Globalization;
using System.Text.Json;
using Sequitur.Conformance.Tests.Runs;
using Sequitur.Insight;
using Sequitur.Tensors.Execution;

namespace Sequitur.Conformance.Tests.Insights;

/// <summary>Ablations, steering and one patch, written as a user writes them where they can be written.</summary>
internal sealed class InterventionPart() : InsightPart("interventions")
{
    private const string Prefix = "interventions.";

    public override bool Reads(string tensor) => tensor.StartsWith(Prefix, StringComparison.Ordinal);

    public override void Check(InsightRun run, Comparison comparison)
    {
        Compare(run, comparison, "corrupted", Logits(run, run.Expected.Integers("corrupted_ids"), []));
        foreach (var given in run.Case.Description.GetProperty("interventions").EnumerateArray())
        {
            var ids = given.GetProperty("kind").GetString() == "patch" ? run.Expected.Integers("corrupted_ids") : run.Ids;
            Compare(run, comparison, given.GetProperty("id").GetString()!, Logits(run, ids, [Of(run, given)]));
        }
    }

    /// <summary>Logits behind a prompt with some changes.</summary>
    public static float[] Logits(InsightRun run, int[] ids, IReadOnlyList<Intervention> interventions)
    {
        IReadOnlyList<GraphRewrite> rewrites = Intervention.Resolve(run.Engine, ids, interventions, _ => run.Ids);
        return Recording.Of(run.Engine, ids, [], rewrites).Logits.ToArray();
    }

    private static Intervention Of(InsightRun run, JsonElement given)
    {
        var (kind, point, layer) = (given.GetProperty("kind").GetString(), given.GetProperty("point").GetString(), given.GetProperty("layer").GetInt32());
        string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
        return (kind, point) switch
        {
            ("zero" or "mean", "heads") => Ablation.Parse(Text($"{layer}.{given.GetProperty("head").GetInt32()}:{kind}")),
            ("zero" or "mean", "ffn_out") => Ablation.Parse(Text($"{layer}.ffn:{kind}")),
            ("add", _) => Steering.With(
                Text($"layers.{layer}.{point}"), run.Expected.Floats("steering_vector").Values, 1, Positions.Parse(given.GetProperty("positions").GetString() == "all" ? "all" : "-1")),
            ("patch", _) => Patch.Parse(Text($"layers.{layer}.{point}@{given.GetProperty("position").GetInt32()}=the other prompt")),
            _ => throw new NotSupportedException($"there is no intervention {kind} at {point}"),
        };
    }

    private static void Compare(InsightRun run, Comparison comparison, string id, float[] logits)
    {
        var name = Prefix + id;
        run.Compare(comparison, $"{name}.logits", logits.Select(logit => (double)logit));
        if (run.Expected.Has($"{name}.top_ids"))
        {
            var logs = Distributions.LogProbabilities(logits);
            run.CompareTop(comparison, name, [logs]);
            run.Compare(comparison, $"{name}.given_logprobs", run.Expected.Integers($"{Prefix}given_ids").Select(token => logs[token]));
            run.Compare(comparison, $"{name}.kl", [Distributions.KullbackLeibler(run.Recording.Logits, logits)]);
        }
    }
}

/// <summary>Every layer and position of the prompt's stream, put into the run of another prompt.</summary>
internal sealed class PatchPart() : InsightPart("patches")
{
    public override bool Reads(string tensor) => tensor.StartsWith("patch.", StringComparison.Ordinal);

    public override void Check(InsightRun run, Comparison comparison)
    {
        var (all, differences) = (new List<double>(), new List<double>());
        var other = run.Case.Description.TryGetProperty("corrupted_chosen", out var token) ? token.GetInt32() : 0;
        int[] positions = [.. run.Case.Description.GetProperty("patch_positions").EnumerateArray().Select(position => position.GetInt32())];
        foreach (var (layer, position) in run.Anatomy.Layers.SelectMany(layer => positions.Select(position => (layer, position))))
        {
            var at = Positions.Parse(position.ToString(CultureInfo.InvariantCulture));
            var logits = InterventionPart.Logits(run, run.Expected.Integers("corrupted_ids"), [Patch.From(run.Recording, layer.Output, at)]);
            differences.Add((double)logits[run.Chosen] - logits[other]);
            all.AddRange(run.Expected.Has("patch.logits") ? logits.Select(logit => (double)logit) : []);
        }

        run.Compare(comparison, "patch.logits", all);
        run.Compare(comparison, "patch.logit_difference", differences);
    }
}
