using Sequitur.Conformance.Tests.Cases;
using Sequitur.Conformance.Tests.Runs;
using Sequitur.Engine;

namespace Sequitur.Conformance.Tests.Parts;

/// <summary>Greedy generation through the engine's cache, in float32: the prompt in chunks, then single steps.</summary>
internal sealed class GenerationPart() : Part("generation")
{
    private const int ChunkTokens = 3;

    public override bool MayBeMissing => true;

    public override bool Reads(string tensor) => tensor.StartsWith("greedy.", StringComparison.Ordinal);

    public override void Check(CaseModel model, Comparison comparison)
    {
        if (model.HasTwoStacks)
        {
            throw new NotSupportedException("the engine does not run two stacks yet");
        }

        var expected = model.Expected.Integers("greedy.new_ids");
        using var engine = new InferenceEngine(model.Model, new EngineOptions { Float32 = true, Threads = 2, BatchTokens = ChunkTokens });
        var generation = engine.Submit(new Request { Ids = model.Expected.Integers("greedy.prompt_ids"), MaxTokens = expected.Length, KeepLogits = true });
        while (!generation.IsFinished && engine.Step())
        {
        }

        if (generation.Error is { } error)
        {
            throw error is NotSupportedException ? new NotSupportedException(error.Message, error) : new InvalidOperationException($"the engine failed: {error.Message}", error);
        }

        var tokens = generation.Tokens.ToArray();
        comparison.Demand(tokens.SequenceEqual(expected), $"greedy.new_ids: {string.Join(' ', tokens)} for {string.Join(' ', expected)}");
        comparison.Compare("engine", model.Expected.Floats("greedy.logits"), [.. generation.Logits!.SelectMany(row => row)]);
    }
}
