using Sequitur.Engine;
using Sequitur.Engine.Loading;
using Sequitur.Fuzz.Mutators;
using Sequitur.Models;

namespace Sequitur.Fuzz.Targets;

/// <summary>GGUF models, opened as the program opens them; those that are still models take a step.</summary>
[FuzzTarget("model")]
internal sealed class Model : IFuzzTarget
{
    public static IMutator Mutator => new GgufMutator();

    // Weights are packed anew, and each kernel of the plan has its buffers.
    public static long Allowance => 32 << 20;

    public static IEnumerable<byte[]> Seeds(string corpus) =>
    [
        .. Directory.GetFiles(Path.Combine(corpus, "gguf", "models"), "model.gguf", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
        File.ReadAllBytes(Path.Combine(corpus, "gguf", "models", "invalid", "sound.gguf")),
    ];

    public static void Read(byte[] input, Scratch scratch)
    {
        using var loaded = ModelLoader.Load(scratch.Write("input.gguf", input));
        if (loaded.Model is CausalLanguageModel)
        {
            using var engine = new InferenceEngine(loaded.Model, new EngineOptions { Threads = 1, BatchTokens = 8, Context = Math.Min(16, loaded.Model.MaxPositions) });
            var generation = engine.Submit(new Request { Ids = [0], MaxTokens = 2 });
            engine.Step();
            if (generation.Error is { } error)
            {
                throw error;
            }
        }
    }
}
