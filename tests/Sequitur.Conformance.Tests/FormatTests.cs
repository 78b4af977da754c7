using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Formats;
using Sequitur.Conformance.Tests.Parts;

namespace Sequitur.Conformance.Tests;

/// <summary>Block formats against the reference: what is read, written and multiplied, and what is refused.</summary>
public class FormatTests
{
    /// <summary>Each type with each of its parts.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> Parts() =>
        from given in FormatCase.All
        from part in FormatPart.All
        where part.IsIn(given)
        select new TheoryDataRow<string, string>(given.Type, part.Name) { TestDisplayName = $"{given.Id} {part.Name}" };

    [Theory]
    [MemberData(nameof(Parts))]
    public void Part_OfAFormat_IsTheReferences(string type, string part)
    {
        var given = new FormatCase(type);
        var verdict = given.Format is null && Canaries.MustRun(given.Id, "decode")
            ? new Verdict(false, $"{type} is a canary, and the kernels do not have it", 0)
            : FormatPart.All.Single(p => p.Name == part).Check(given);
        Tally.Add(Corpus.FormatArea, part, verdict);
        Assert.True(verdict.Passed, verdict.Message);
        TestContext.Current.TestOutputHelper?.WriteLine(verdict.Message);
    }
}
