using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Parts;
using Sequitur.Conformance.Tests.Runs;
using Sequitur.Engine.Loading;
using Sequitur.Models;
using Sequitur.Tensors.Execution;

namespace Sequitur.Conformance.Tests;

/// <summary>Tiny GGUF models against the reference: names, orders of rows, transformed numbers, metadata keys, several formats in one layer.</summary>
public class GgufModelTests
{
    private const string Part = "logits";

    /// <summary>Each case.</summary>
    public static IEnumerable<TheoryDataRow<string>> Cases() =>
        Corpus.GgufModels.Select(model => new TheoryDataRow<string>(model.Id) { TestDisplayName = $"{model.Id} {Part}" });

    [Theory]
    [MemberData(nameof(Cases))]
    public void Logits_OfACase_AreWithinTolerance(string id)
    {
        var verdict = Judge(new(id));

        Tally.Add(id, Part, verdict);
        Assert.SkipWhen(verdict.Passed is null, verdict.Message);
        Assert.True(verdict.Passed, verdict.Message);
    }

    // Skipped only for an architecture that nobody reads, or a format that the kernels do not have.
    private static Verdict Judge(GgufCase model)
    {
        LoadedModel loaded;
        try
        {
            loaded = ModelLoader.Load(model.ModelPath);
        }
        catch (UnsupportedModelException) when (model.MissingFormats() is { Count: > 0 } missing)
        {
            return new(null, $"format {string.Join(", ", missing)} is not there yet", 0);
        }
        catch (UnsupportedModelException problem)
        {
            problem.Message.ShouldContain(GgufCase.ModelName);
            return Canaries.MustRun(model.Id, Part)
                ? new(false, $"{model.Id} is a canary, and was refused: {problem.Message}", 0)
                : new(null, problem.Message.Split(": ", 2)[^1], 0);
        }

        using (loaded)
        {
            return Compare(model, loaded.Model);
        }
    }

    private static Verdict Compare(GgufCase given, Model model)
    {
        using var expected = given.Open();
        var ids = expected.Integers("input_ids");
        var inputs = new RunInputs().Rows("tokens", [ids.Length]).AllOutputs(ids.Length).Rope(model.RopeSets, [ids.Length]).Set("ids", ids);
        var comparison = new Comparison(_ => given.LogitTolerance);
        foreach (var values in Executors.Run(model.Trace().Graph, inputs, [Outputs.Logits]))
        {
            comparison.Compare(values.Executor, expected.Floats(Outputs.Logits), values.Floats(Outputs.Logits));
        }

        return new(comparison.Failures.Count == 0, string.Join('\n', comparison.Failures), comparison.Worst);
    }
}
