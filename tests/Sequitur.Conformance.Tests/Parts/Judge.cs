using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Runs;

namespace Sequitur.Conformance.Tests.Parts;

/// <summary>How a part of a case came out.</summary>
/// <param name="Passed">Whether everything was within tolerance; null if it was skipped.</param>
/// <param name="Message">What failed, or why it was skipped.</param>
/// <param name="Worst">The largest error, as a share of what is allowed.</param>
internal sealed record Verdict(bool? Passed, string Message, double Worst);

/// <summary>
/// Runs parts of cases. A part is skipped only because no architecture reads the case, because reading its configuration named an unsupported option, or
/// because a part that may be missing is not there for the family. Nothing is skipped that a canary asks for.
/// </summary>
internal static class Judge
{
    /// <summary>Runs a part.</summary>
    public static Verdict Of(ModelCase given, Part part)
    {
        CaseModel model;
        try
        {
            model = CaseModel.Open(given);
        }
        catch (UnsupportedModelException problem)
        {
            return Skipped(given, part, problem.Message);
        }

        using (model)
        {
            var comparison = new Comparison(tensor => Tolerance.Of(given, tensor));
            try
            {
                part.Check(model, comparison);
            }
            catch (NotSupportedException problem) when (part.MayBeMissing)
            {
                return Skipped(given, part, problem.Message);
            }

            comparison.Demand(comparison.Count > 0, "nothing was compared");
            return new(comparison.Failures.Count == 0, string.Join('\n', comparison.Failures), comparison.Worst);
        }
    }

    private static Verdict Skipped(ModelCase given, Part part, string reason) => Canaries.MustRun(given.Id, part.Name)
        ? new(false, $"{given} is a canary, its {part.Name} must not be skipped: {reason}", 0)
        : new(null, reason, 0);
}
