using System.Collections.Concurrent;
using Sequitur.Conformance.Tests.Cases;
using Sequitur.Engine;
using Sequitur.Engine.Loading;

namespace Sequitur.Conformance.Tests.Insights;

/// <summary>A model with an engine in float32.</summary>
internal sealed record OpenModel(LoadedModel Loaded, InferenceEngine Engine) : IDisposable
{
    /// <summary>Opens a model.</summary>
    /// <exception cref="UnsupportedModelException">Nobody reads it.</exception>
    public static OpenModel Open(string path, int context)
    {
        var loaded = ModelLoader.Load(path);
        try
        {
            return new(loaded, new InferenceEngine(loaded.Model, new EngineOptions { Float32 = true, Threads = 2, Context = context }));
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Engine.Dispose();
        Loaded.Dispose();
    }
}

/// <summary>Opened cases: each is opened once, and so is each model.</summary>
public sealed class InsightRuns : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<OpenModel>> _models = new();
    private readonly ConcurrentDictionary<string, Lazy<InsightRun>> _runs = new();

    /// <summary>A case, opened.</summary>
    /// <exception cref="UnsupportedModelException">Nobody reads its model.</exception>
    internal InsightRun Of(InsightCase given) => _runs.GetOrAdd(given.Id, _ => new(() => new InsightRun(given, Model(given.ModelPath)))).Value;

    public void Dispose()
    {
        foreach (var run in _runs.Values.Where(run => run.IsValueCreated))
        {
            run.Value.Dispose();
        }

        foreach (var model in _models.Values.Where(model => model.IsValueCreated))
        {
            model.Value.Dispose();
        }
    }

    private OpenModel Model(string path) => _models.GetOrAdd(path, _ => new(() => OpenModel.Open(path, Longest(path) + 1))).Value;

    private static int Longest(string path) => Corpus.Insights.Select(id => new InsightCase(id)).Where(given => given.ModelPath == path).Max(given =>
    {
        using var expected = given.Open();
        return expected.Names.Where(name => name.EndsWith("_ids", StringComparison.Ordinal) && expected.Shape(name).Count == 1).Max(name => (int)expected.Shape(name)[0]);
    });
}
