using Sequitur.Conformance.Tests;
using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Parts;

[assembly: AssemblyFixture(typeof(Tally))]

namespace Sequitur.Conformance.Tests;

/// <summary>Tiny models against the reference: every part of every case that the corpus has.</summary>
public class ModelTests
{
    /// <summary>Each case with each of its parts.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> Parts()
    {
        foreach (var model in Corpus.Models)
        {
            using var expected = model.Open();
            foreach (var part in Part.All.Where(part => part.IsIn(expected)))
            {
                yield return new(model.Id, part.Name) { TestDisplayName = $"{model.Family} {model.Name} {part.Name}" };
            }
        }
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void Part_OfACase_IsWithinTolerance(string id, string part)
    {
        var model = Corpus.Models.Single(m => m.Id == id);
        Verdict verdict;
        try
        {
            verdict = Judge.Of(model, Part.All.Single(p => p.Name == part));
        }
        catch
        {
            Tally.Add(model.Family, part, new(false, "", 0));
            throw;
        }

        Tally.Add(model.Family, part, verdict);
        Assert.SkipWhen(verdict.Passed is null, verdict.Message);
        Assert.True(verdict.Passed, verdict.Message);
    }
}
