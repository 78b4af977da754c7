using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Runs;
using Sequitur.Engine;
using Sequitur.Insight;

namespace Sequitur.Conformance.Tests.Insights;

/// <summary>A case with the engine that runs its prompt.</summary>
internal sealed class InsightRun : IDisposable
{
    private readonly Lazy<Recording> _recording;

    public InsightRun(InsightCase given, OpenModel model)
    {
        (Case, Model, Expected) = (given, model, given.Open());
        Ids = Expected.Integers("input_ids");
        Anatomy = Anatomy.Of(Engine);
        _recording = new(() => Recording.Of(Engine, Ids, ["*"]));
    }

    /// <summary>The case.</summary>
    public InsightCase Case { get; }

    /// <summary>The model.</summary>
    public OpenModel Model { get; }

    /// <summary>What runs it.</summary>
    public InferenceEngine Engine => Model.Engine;

    /// <summary>Its parts.</summary>
    public Anatomy Anatomy { get; }

    /// <summary>What the reference computed.</summary>
    public ExpectedTensors Expected { get; }

    /// <summary>The prompt.</summary>
    public int[] Ids { get; }

    /// <summary>The token that follows it.</summary>
    public int Chosen => Case.Description.GetProperty("chosen").GetInt32();

    /// <summary>The prompt's run, with all inner values.</summary>
    public Recording Recording => _recording.Value;

    /// <summary>Compares numbers with a tensor of the case, if it has it.</summary>
    public void Compare(Comparison comparison, string tensor, IEnumerable<double> actual)
    {
        if (Expected.Has(tensor))
        {
            comparison.Compare("engine", Expected.Floats(tensor), [.. actual.Select(number => (float)number)]);
        }
    }

    /// <summary>Compares the likeliest tokens with lists of the case: ids agree where their neighbours are farther apart than the tolerance.</summary>
    /// <param name="comparison">Where failures go.</param>
    /// <param name="name">What the lists are called before <c>top_ids</c> and <c>top_logprobs</c>.</param>
    /// <param name="places">The log-probabilities of all tokens, for each place.</param>
    public void CompareTop(Comparison comparison, string name, IEnumerable<double[]> places)
    {
        var (ids, expected) = (Expected.Integers($"{name}.top_ids"), Expected.Floats($"{name}.top_logprobs"));
        var count = (int)expected.Shape[^1];
        var (sorted, ofIds) = (new List<float>(), new List<float>());
        foreach (var logs in places)
        {
            var wanted = ids.AsSpan(ofIds.Count, count).ToArray();
            sorted.AddRange(Best(logs, count));
            ofIds.AddRange(wanted.Select(id => (float)logs[id]));
        }

        comparison.Compare("sorted", expected, [.. sorted]);
        comparison.Compare("of the reference's ids", expected, [.. ofIds]);
    }

    public void Dispose() => Expected.Dispose();

    private static IEnumerable<float> Best(double[] logs, int count)
    {
        var floats = Array.ConvertAll(logs, log => (float)log);
        return Distributions.Top(floats, count).Select(id => floats[id]);
    }
}
