using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Parts;
using Sequitur.Conformance.Tests.Texts;

namespace Sequitur.Conformance.Tests;

/// <summary>Texts of real models against the exact reference and its margins.</summary>
public class TextTests(TextRuns runs) : IClassFixture<TextRuns>
{
    /// <summary>Each part of each case, for each prompt where it has one a prompt.</summary>
    public static IEnumerable<TheoryDataRow<string, string, string>> Parts() =>
        from id in Corpus.Generations
        let texts = new TextCase(id)
        from part in TextPart.All
        from prompt in part.PerPrompt ? texts.Prompts.Select(p => p.Name) : [""]
        select new TheoryDataRow<string, string, string>(id, part.Name, prompt) { TestDisplayName = $"{id} {part.Name} {prompt}".TrimEnd() };

    [Theory]
    [MemberData(nameof(Parts))]
    public void Part_OfAText_IsWithinTolerance(string id, string part, string prompt)
    {
        var texts = new TextCase(id);
        if (!File.Exists(texts.ModelPath))
        {
            Report(id, part, Canaries.MustRun(id, part)
                ? new(false, $"{id} is a canary, and its model is missing: {texts.ModelPath}", 0)
                : new(null, $"its model is not among the repository's: {texts.ModelPath}", 0));
        }

        try
        {
            var outcome = TextPart.All.Single(p => p.Name == part).Check(runs, texts, prompt);
            TestContext.Current.TestOutputHelper?.WriteLine(outcome.ToString());
            Report(id, part, new(outcome.Error <= outcome.Limit, outcome.ToString(), outcome.Error / outcome.Limit));
        }
        catch (InvalidOperationException problem)
        {
            Report(id, part, new(false, problem.ToString(), 0));
        }
    }

    private static void Report(string id, string part, Verdict verdict)
    {
        Tally.Add(id, part, verdict);
        Assert.SkipWhen(verdict.Passed is null, verdict.Message);
        Assert.True(verdict.Passed, verdict.Message);
    }
}
