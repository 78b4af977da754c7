using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Formats;
using Sequitur.Conformance.Tests.Insights;
using Sequitur.Conformance.Tests.Parts;
using Sequitur.Conformance.Tests.Texts;
using Sequitur.Models;

namespace Sequitur.Conformance.Tests;

/// <summary>What the corpus has, against what is run of it.</summary>
public class AreaTests
{
    /// <summary>The areas that this project covers.</summary>
    public static TheoryData<string> Covered => [.. Corpus.ModelAreas, Corpus.GenerationArea, Corpus.FormatArea, Corpus.InsightArea];

    [Theory]
    [MemberData(nameof(Covered))]
    public void Area_ThatIsThere_RunsACase(string area)
    {
        var models = Corpus.Models.Where(m => m.Id.StartsWith($"{area}/", StringComparison.Ordinal)).ToArray();
        var texts = area == Corpus.GenerationArea ? Corpus.Generations : [];
        var insights = area == Corpus.InsightArea ? Corpus.Insights : [];
        var formats = area == Corpus.FormatArea ? FormatCase.All : [];
        Assert.SkipUnless(models.Length + texts.Count + insights.Count + formats.Count > 0, $"the corpus has no cases of {area}");
        var runs = models.Any(RunsAPart) || formats.Any(format => format.Format is not null) || texts.Any(id => File.Exists(new TextCase(id).ModelPath))
            || insights.Any(id => new InsightCase(id).HasModel);
        runs.ShouldBeTrue($"{area} is there, and no case of it ran");
    }

    [Fact]
    public void Areas_NotCoveredYet_AreListed()
    {
        var covered = Corpus.Models.Select(m => m.Id).Concat(Corpus.GgufModels.Select(m => m.Id)).Concat(Corpus.Generations).Concat(Corpus.Insights).ToHashSet();
        var areas = Corpus.Folders("").Select(f => f.TrimStart('/')).SelectMany(Parts);
        foreach (var area in areas.Where(f => !covered.Contains(f)))
        {
            Tally.Note($"not run by these tests: {area}");
        }

        foreach (var (model, tensors) in Corpus.Models.Where(IsRead).Select(m => (m, Unread(m))).Where(m => m.Item2.Length > 0))
        {
            Tally.Note($"not compared in {model}: {string.Join(", ", tensors)}");
        }
    }

    // Areas of which some parts are run are listed by their parts.
    private static IEnumerable<string> Parts(string area) =>
        Corpus.ModelAreas.Concat([Corpus.GgufModelArea, Corpus.GenerationArea, Corpus.FormatArea, Corpus.InsightArea]).Any(known => known == area || known.StartsWith($"{area}/", StringComparison.Ordinal))
            ? Corpus.Folders(area).SelectMany(Parts)
            : [area];

    private static bool RunsAPart(ModelCase model)
    {
        using var expected = model.Open();
        return Part.All.Where(p => p.IsIn(expected)).Any(p => Judge.Of(model, p).Passed is not null);
    }

    private static bool IsRead(ModelCase model)
    {
        try
        {
            return ArchitectureRegistry.Find(model.Config) is not null;
        }
        catch (UnsupportedModelException)
        {
            return false;
        }
    }

    private static string[] Unread(ModelCase model)
    {
        string[] inputs = ["input_ids", "attention_mask", "position_ids", "labels", "token_type_ids", "decoder_input_ids"];
        using var expected = model.Open();
        return [.. expected.Names.Where(n => !inputs.Contains(n.Split('.')[^1]) && !Part.All.Any(p => p.Reads(n))).Order(StringComparer.Ordinal)];
    }
}
