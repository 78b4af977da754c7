using Sequitur.Conformance.Tests.Runs;
using Sequitur.Insight;

namespace Sequitur.Conformance.Tests.Insights;

/// <summary>What each token matters, by real passes without it.</summary>
internal sealed class ImportancePart() : InsightPart("importance")
{
    public override bool Reads(string tensor) => tensor is "importance.remove" or "importance.mask";

    public override void Check(InsightRun run, Comparison comparison)
    {
        var passes = new Counterfactuals(run.Engine, run.Ids, run.Chosen);
        run.Compare(comparison, "importance.remove", run.Ids.Select((_, index) => passes.Remove(index)));
        run.Compare(comparison, "importance.mask", run.Ids.Select((_, index) => passes.Mask(index)));
    }
}

/// <summary>What each token matters, by gradients.</summary>
internal sealed class GradientPart() : InsightPart("gradients")
{
    // Prompts that go through the backward pass at once.
    private const int AtOnce = 4;

    public override bool Reads(string tensor) => tensor is "importance.gradient_x_input" or "importance.integrated_gradients" or "importance.completeness";

    public override void Check(InsightRun run, Comparison comparison)
    {
        var gradients = new EmbeddingGradients(run.Engine, run.Ids, run.Chosen, prompts: AtOnce);
        run.Compare(comparison, "importance.gradient_x_input", gradients.TimesInput());
        var (parts, difference) = gradients.Integrated(run.Case.Description.GetProperty("integrated_gradients").GetProperty("steps").GetInt32());
        run.Compare(comparison, "importance.integrated_gradients", parts);
        run.Compare(comparison, "importance.completeness", [parts.Sum(), difference]);
    }
}
