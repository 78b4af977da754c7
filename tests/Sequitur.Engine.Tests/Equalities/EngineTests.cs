using Sequitur.Engine.Sampling;
using Sequitur.Kernels;

namespace Sequitur.Engine.Tests.Equalities;

/// <summary>A request's tokens and logits do not depend on what else the engine runs, nor on how it runs it.</summary>
public sealed class EngineTests
{
    private const int Generated = 40;

    // Beginnings around pages and spans, so that ends cross them.
    private static readonly int[] Prompts = [1, 63, 40, 250, 256, 500];

    public static TheoryData<string, int, int, int> Loads => [.. Variant.Names.Select(name => name.Data).Append(Variant.Dynamic.ToString()).SelectMany(name => new[]
    {
        (name, 32, 1, 1), (name, 100, 6, 2), (name, 512, 3, 1), (name, 7, 2, 2),
    })];

    [Theory]
    [MemberData(nameof(Loads))]
    public void Engine_AnyLoad_GivesTheTokensAndLogitsOfEachRequestAlone(string name, int batchTokens, int sequences, int threads)
    {
        var variant = Variant.Of(name);
        var alone = Prompts.Select(length => Run(variant, 700, 1, 1, length)[0]).ToArray();

        var together = Run(variant, batchTokens, sequences, threads, Prompts);

        foreach (var (actual, expected) in together.Zip(alone))
        {
            actual.Tokens.ToArray().ShouldBe(expected.Tokens.ToArray());
            actual.Logits!.Count.ShouldBe(Generated);
            actual.Logits.SelectMany(l => l).ToArray().ShouldBeBitwise([.. expected.Logits!.SelectMany(l => l)], $"logits behind {actual.Request.Ids.Count} tokens");
        }
    }

    // The engine writes its batches by other code than these tests do.
    [Theory]
    [MemberData(nameof(Variant.EachLength), MemberType = typeof(Variant))]
    public void Engine_FirstLogits_AreThoseOfThePlansLastRow(string name, int length)
    {
        var variant = Variant.Of(name);
        using var engine = new InferenceEngine(variant.Model, Options(variant, 100, 1, 1));
        var generation = engine.Submit(new Request { Ids = Variant.Tokens(length), MaxTokens = 1, KeepLogits = true }, TestContext.Current.CancellationToken);
        while (!generation.IsFinished)
        {
            engine.Step();
        }

        generation.Error.ShouldBeNull();
        generation.Logits![0].ShouldBeBitwise(Whole.Logits(variant, length)[((length - 1) * Families.Vocabulary)..], "logits");
    }

    // Or the test above would say nothing about them.
    [Fact]
    public void DynamicFrequencies_OfSequencesThatMayBecomeLonger_AreOthers()
    {
        var set = Variant.Dynamic.Model.RopeSets[0];

        set.At(128).Frequencies.ShouldBe(set.At(100).Frequencies);
        set.At(Prompts[^1] + Generated).Frequencies.ShouldNotBe(set.At(Prompts[^2] + Generated).Frequencies);
    }

    // Samplers that look back and that learn, so that company would show.
    private static readonly SamplerChain[] Chains =
    [
        SamplerChain.Greedy,
        SamplerChain.Parse("penalties(repeat=1.1);dry(multiplier=0.8,breakers=[]);top_k=20;xtc=0.5;temperature=0.9"),
        SamplerChain.Parse("temperature=0.9;mirostat=2"),
    ];

    private static Generation[] Run(Variant variant, int batchTokens, int sequences, int threads, params int[] prompts)
    {
        using var engine = new InferenceEngine(variant.Model, Options(variant, batchTokens, sequences, threads));
        var generations = prompts.Select(length => engine.Submit(new Request
        {
            Ids = Variant.Tokens(length, length),
            MaxTokens = Generated,
            KeepLogits = true,
            Samplers = Chains[length % Chains.Length],
            Seed = (ulong)length,
        })).ToArray();
        while (generations.Any(g => !g.IsFinished))
        {
            engine.Step();
        }

        foreach (var generation in generations)
        {
            generation.Error.ShouldBeNull();
            generation.Reason.ShouldBe(FinishReason.MaxTokens);
        }

        engine.IsIdle.ShouldBeTrue();
        engine.Pages.Free(variant.Model.Caches[0].Group.Name).ShouldBe(engine.Pages.Memory.Pages(variant.Model.Caches[0].Group.Name));
        return generations;
    }

    private static EngineOptions Options(Variant variant, int batchTokens, int sequences, int threads) => new()
    {
        BatchTokens = batchTokens,
        MaxSequences = sequences,
        Threads = threads,
        Float32 = !variant.Integer,
        CacheFormat = variant.Cache,
        Processor = Processor.Detected,
        Context = 768,
    };
}
