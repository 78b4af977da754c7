using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Parts;
using Sequitur.Conformance.Tests.Runs;
using Sequitur.Engine;
using Sequitur.Insight;

namespace Sequitur.Conformance.Tests.Insights;

/// <summary>Hidden states and attention weights of a tiny decoder, recorded from the engine's own run of each sequence.</summary>
internal static class RecordedStates
{
    private const string States = "hidden_states.";
    private const string Attentions = "attentions.";

    /// <summary>The decoders that have them.</summary>
    public static IEnumerable<ModelCase> Cases => Corpus.Models.Where(model => model.Id.StartsWith("models/decoders/", StringComparison.Ordinal)).Where(model =>
    {
        using var expected = model.Open();
        return expected.Numbered(States).Any();
    });

    /// <summary>Runs each sequence, and compares. Skipped only where nobody reads the model, or it has no attention weights to show.</summary>
    public static Verdict Check(ModelCase given)
    {
        try
        {
            using var model = CaseModel.Open(given);
            var comparison = new Comparison(tensor => Tolerance.Of(given, tensor));
            Compare(model, comparison);
            return new(comparison.Failures.Count == 0, string.Join('\n', comparison.Failures), comparison.Worst);
        }
        catch (NotSupportedException problem)
        {
            return Canaries.MustRun(given.Id, "recorded")
                ? new(false, $"{given} is a canary, its recorded states must not be skipped: {problem.Message}", 0)
                : new(null, problem.Message, 0);
        }
    }

    private static void Compare(CaseModel model, Comparison comparison)
    {
        var cells = model.Tokens();
        var ids = cells.Pick(model.Expected.Integers("input_ids"));
        var engines = cells.Counts.Distinct().ToDictionary(count => count, count => Engine(model, count));
        try
        {
            var starts = cells.Counts.Select((_, row) => cells.Counts.Take(row).Sum());
            Recording[] recordings = [.. starts.Zip(cells.Counts, (start, count) => Recording.Of(engines[count], ids[start..(start + count)], ["*"]))];
            Compare(model, comparison, cells, recordings);
        }
        finally
        {
            foreach (var engine in engines.Values)
            {
                engine.Dispose();
            }
        }
    }

    // Frequencies may depend on how long a sequence may become: no longer than it is, as the reference has it.
    private static InferenceEngine Engine(CaseModel model, int count) => new(model.Model, new EngineOptions { Float32 = true, Threads = 2, Context = count });

    private static void Compare(CaseModel model, Comparison comparison, Cells cells, Recording[] recordings)
    {
        // The last state is that behind the final norm, which an engine computes for the last position only.
        foreach (var (index, tensor) in model.Expected.Numbered(States).SkipLast(1))
        {
            comparison.Compare("recorded", cells.Pick(model.Expected.Floats(tensor)), [.. recordings.SelectMany(r => r.Value(Name(model, index)).Numbers.ToArray())]);
        }

        foreach (var (layer, tensor) in model.Expected.Numbered(Attentions))
        {
            var expected = cells.PickWeights(model.Expected.Floats(tensor), cells);
            comparison.Compare("recorded", expected, [.. recordings.SelectMany(r => Padded(new AttentionMaps(r).Layer(layer), r.Tokens, cells.Counts.Max()))]);
        }
    }

    private static string Name(CaseModel model, int index)
    {
        var withoutEmbedding = model.Case.Description.TryGetObject("hidden_states", out var about) && about.GetString("first", "").StartsWith("output of the first block", StringComparison.Ordinal);
        var layer = withoutEmbedding ? index : index - 1;
        return layer < 0 ? Names.Embed : Names.Layer(layer, "l_out");
    }

    private static IEnumerable<float> Padded(float[] weights, int tokens, int longest) => weights.Chunk(tokens).SelectMany(row => row.Concat(new float[longest - tokens]));
}
