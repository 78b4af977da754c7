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

    /// <summary>Tiny decoders with hidden states.</summary>
    public static IEnumerable<TheoryDataRow<string>> Decoders() =>
        RecordedStates.Cases.Select(model => new TheoryDataRow<string>(model.Id) { TestDisplayName = $"{model.Family} {model.Name} recorded" });

    [Theory]
    [MemberData(nameof(Decoders))]
    public void RecordedStates_OfADecoder_AreWithinTolerance(string id)
    {
        var model = Corpus.Models.Single(m => m.Id == id);
        var verdict = RecordedStates.Check(model);
        Tally.Add(model.Family, "recorded", verdict);
        Assert.SkipWhen(verdict.Passed is null, verdict.Message);
        Assert.True(verdict.Passed, verdict.Message);
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
