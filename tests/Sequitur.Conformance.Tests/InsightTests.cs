using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Insights;
using Sequitur.Conformance.Tests.Parts;

namespace Sequitur.Conformance.Tests;

/// <summary>What looks inside models show, against the reference.</summary>
public class InsightTests(InsightRuns runs) : IClassFixture<InsightRuns>
{
    /// <summary>Each part of each case.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> Parts() =>
        from id in Corpus.Insights
        from part in InsightPart.All
        where part.IsIn(new(id))
        select new TheoryDataRow<string, string>(id, part.Name) { TestDisplayName = $"{id} {part.Name}" };

    [Theory]
    [MemberData(nameof(Parts))]
    public void Part_OfALookInside_IsWithinTolerance(string id, string part)
    {
        var given = new InsightCase(id);
        Verdict verdict;
        if (!given.HasModel)
        {
            verdict = Canaries.MustRun(id, part)
                ? new(false, $"{id} is a canary, and its model is missing: {given.ModelPath}", 0)
                : new(null, $"its model is not there: {given.ModelPath}", 0);
        }
        else
        {
            verdict = Run(given, InsightPart.All.Single(p => p.Name == part));
        }

        Tally.Add(id, part, verdict);
        Assert.SkipWhen(verdict.Passed is null, verdict.Message);
        Assert.True(verdict.Passed, verdict.Message);
    }

    private Verdict Run(InsightCase given, InsightPart part)
    {
        try
        {
            return part.Judge(runs, given);
        }
        catch (Exception problem) when (problem is SequiturException or InvalidOperationException)
        {
            return new(false, problem.ToString(), 0);
        }
    }

    [Fact]
    public void Tensors_OfACase_AreInputsOrComparedByAPart()
    {
        foreach (var given in Corpus.Insights.Select(id => new InsightCase(id)))
        {
            using var expected = given.Open();
            expected.Names.Where(name => !InsightPart.Inputs.Contains(name) && !InsightPart.All.Any(part => part.Reads(name))).ShouldBeEmpty(given.Id);
        }
    }
}
