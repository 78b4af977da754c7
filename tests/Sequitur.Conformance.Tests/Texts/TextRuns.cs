using System.Collections.Concurrent;
using Sequitur.Conformance.Tests.Runs;
using Sequitur.Engine;
using Sequitur.Engine.Loading;
using Sequitur.Kernels.Programs;
using Sequitur.Models;
using Sequitur.Tensors.Execution;

namespace Sequitur.Conformance.Tests.Texts;

/// <summary>Runs of the real models; each model is opened once, each prompt runs once a mode.</summary>
public sealed class TextRuns : IDisposable
{
    private const int Threads = 2;

    private readonly ConcurrentDictionary<string, Lazy<LoadedModel>> _models = new();
    private readonly ConcurrentDictionary<(string Path, string Prompt, bool Float32), Lazy<(int[] Tokens, float[] Logits)>> _runs = new();

    /// <summary>Greedy tokens of a prompt through the engine, and the logits at the prompt's end.</summary>
    internal (int[] Tokens, float[] Logits) Greedy(TextCase texts, Prompt prompt, bool float32) =>
        _runs.GetOrAdd((texts.ModelPath, prompt.Name, float32), _ => new(() => Generate(Model(texts), prompt.Ids, float32 ? Math.Max(prompt.MustMatch, 1) : 1, float32))).Value;

    /// <summary>−ln p of each token of a text given those before it, in float32, without a cache.</summary>
    internal IEnumerable<double[]> LogLikelihoods(TextCase texts, IReadOnlyList<int[]> chunks)
    {
        var model = Model(texts);
        var tokens = chunks.Max(c => c.Length);
        using var pool = new WorkPool(Threads);
        var plan = Plan.Build(Lowering.Lower(model.Trace().Graph, NumericChoices.Float32), new PlanOptions
        {
            Capacity = new Dictionary<string, long> { ["tokens"] = tokens, ["sequences"] = 1, ["outputs"] = tokens },
            Pool = pool,
        });
        foreach (var ids in chunks)
        {
            plan.Run(new RunInputs().Rows("tokens", [ids.Length]).AllOutputs(ids.Length).Rope(model.RopeSets, [ids.Length]).Set("ids", ids));
            var logits = plan.Floats(Outputs.Logits);
            yield return [.. Enumerable.Range(1, ids.Length - 1).Select(i => Distribution.LogSumExp(Row(logits, i - 1, model)) - Row(logits, i - 1, model)[ids[i]])];
        }
    }

    public void Dispose()
    {
        foreach (var model in _models.Values)
        {
            model.Value.Dispose();
        }
    }

    private Model Model(TextCase texts) => _models.GetOrAdd(texts.ModelPath, path => new(() => ModelLoader.Load(path))).Value.Model;

    private static ReadOnlySpan<float> Row(float[] logits, int row, Model model) => logits.AsSpan(row * model.VocabularySize, model.VocabularySize);

    private static (int[] Tokens, float[] Logits) Generate(Model model, int[] ids, int count, bool float32)
    {
        using var engine = new InferenceEngine(model, new EngineOptions { Float32 = float32, Threads = Threads, Context = ids.Length + count });
        var generation = engine.Submit(new Request { Ids = ids, MaxTokens = count, KeepLogits = true });
        while (!generation.IsFinished && engine.Step())
        {
        }

        return generation.Error is { } error
            ? throw new InvalidOperationException($"the engine failed: {error.Message}", error)
            : (generation.Tokens.ToArray(), generation.Logits![0]);
    }
}
