using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Parts;
using Sequitur.Conformance.Tests.Runs;

namespace Sequitur.Conformance.Tests.Insights;

/// <summary>One kind of expectation of a look inside.</summary>
/// <param name="name">What it is called in tests, canaries and the table.</param>
internal abstract class InsightPart(string name)
{
    /// <summary>Tensors that are inputs.</summary>
    public static IReadOnlyList<string> Inputs { get; } = ["input_ids", "corrupted_ids", "induction_ids", "steering_vector"];

    /// <summary>All parts, in the order in which a table lists them.</summary>
    public static IReadOnlyList<InsightPart> All { get; } =
    [
        new LensPart(), new AttributionPart(), new AttentionPart(), new ImportancePart(), new GradientPart(), new InterventionPart(), new PatchPart(), new StatisticsPart(), new TracePart(),
    ];

    /// <summary>What it is called in tests, canaries and the table.</summary>
    public string Name => name;

    /// <summary>Whether a tensor of a case belongs to this part.</summary>
    public abstract bool Reads(string tensor);

    /// <summary>Whether a case has the part.</summary>
    public virtual bool IsIn(InsightCase given)
    {
        using var expected = given.Open();
        return expected.Names.Any(Reads);
    }

    /// <summary>How far a tensor may be from the reference.</summary>
    public virtual Tolerance ToleranceOf(InsightCase given, string tensor) => given.ToleranceOf(tensor);

    /// <summary>Computes it, and compares it with what the reference computed.</summary>
    public abstract void Check(InsightRun run, Comparison comparison);

    /// <summary>
    /// Runs a part. It is skipped only because nobody reads the model, or because something that it needs is not there for the family; never where a canary asks for it.
    /// </summary>
    public Verdict Judge(InsightRuns runs, InsightCase given)
    {
        var comparison = new Comparison(tensor => ToleranceOf(given, tensor));
        try
        {
            Check(runs.Of(given), comparison);
        }
        catch (NotSupportedException problem)
        {
            return Canaries.MustRun(given.Id, Name)
                ? new(false, $"{given.Id} is a canary, its {Name} must not be skipped: {problem.Message}", 0)
                : new(null, problem.Message, 0);
        }

        comparison.Demand(comparison.Count > 0, "nothing was compared");
        return new(comparison.Failures.Count == 0, string.Join('\n', comparison.Failures), comparison.Worst);
    }
}
