using Sequitur.Engine.Loading;
using Sequitur.Engine.Sampling;
using Sequitur.Engine.Speculation;
using Sequitur.Engine.Tests.Equalities;
using Sequitur.Models;
using Sequitur.Tokenizers;

namespace Sequitur.Engine.Tests;

/// <summary>Measurements of the whole process, alone in it.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Nothing is allocated per token.</summary>
[Collection(nameof(Alone))]
public sealed class AllocationTests
{
    private const int Measured = 200;

    // The test host has threads of its own, which allocate when they please: what the engine allocates for tokens it allocates every time.
    private const int Attempts = 5;

    [Theory]
    [InlineData("greedy")]
    [InlineData("temperature=0.8")]
    [InlineData("penalties=1.1;dry(multiplier=0.8,breaker_ids=[\"3\"]);top_n_sigma=3;top_k=40;typical_p=0.95;top_p=0.95;min_p=0.01;xtc=0.5;temperature(t=0.8,range=0.2)")]
    [InlineData("logit_bias=[\"1=-inf\"];temperature=0.9;mirostat=2")]
    public void Engine_GeneratedModel_AllocatesNothingPerToken(string samplers)
    {
        var model = Variant.Of("llama Q4_1, F16 cache, integer").Model;

        Allocated(model, Vocabulary(model), [1, 2, 3], SamplerChain.Parse(samplers), warmUp: 400).ShouldBe(0);
    }

    [Theory]
    [InlineData("greedy", true)]
    [InlineData("greedy", false)]
    [InlineData("temperature=0.8", false)]
    public void Engine_Speculation_AllocatesNothingPerToken(string samplers, bool adapts)
    {
        var model = Variant.Of("llama Q4_1, F16 cache, integer").Model;
        var speculation = SpeculationOptions.Lookup(9)! with { Adapts = adapts };

        Allocated(model, Vocabulary(model), [1, 2, 3], SamplerChain.Parse(samplers), warmUp: 400, speculation).ShouldBe(0);
    }

    [Fact]
    public void Engine_SmolLm2_AllocatesNothingPerToken()
    {
        using var loaded = TextModel.Load(SmolLm.Path);

        Allocated(loaded.Loaded.Model, loaded.Tokenizer.Vocabulary, [504, 3575, 282, 4649, 314], SamplerChain.Greedy, warmUp: 60).ShouldBe(0);
    }

    // 98,000 strings are in its file, some 4 MB as .NET would hold them, and again as much for finding them; none is made.
    [Fact]
    public void Load_SmolLm2_MakesNoStringsOfTheVocabulary()
    {
        TextModel.Load(SmolLm.Path).Dispose();
        var before = GC.GetAllocatedBytesForCurrentThread();

        using var loaded = TextModel.Load(SmolLm.Path);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(8_000_000);
    }

    // The least of some attempts: bytes of all threads over some tokens of one generation.
    private static long Allocated(Model model, BpeVocabulary vocabulary, int[] prompt, SamplerChain samplers, int warmUp, SpeculationOptions? speculation = null)
    {
        using var engine = new InferenceEngine(model, new EngineOptions { Threads = 2, Context = warmUp + 200 + (Attempts * Measured), Speculation = speculation });
        var generation = engine.Submit(new Request { Ids = prompt, MaxTokens = engine.Context, Samplers = samplers, Seed = 5 });
        var text = new TextStream(generation, vocabulary);
        var written = 0L;
        Action<ReadOnlySpan<byte>> write = bytes => written += bytes.Length;
        Generate(engine, generation, text, write, warmUp);
        var least = long.MaxValue;
        for (var attempt = 0; attempt < Attempts && least > 0; attempt++)
        {
            var (tokens, bytes) = (generation.Tokens.Length, written);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Generate(engine, generation, text, write, Measured);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
            (generation.Tokens.Length - tokens).ShouldBeInRange(Measured, Measured + (speculation?.MostDrafted ?? 0));
            written.ShouldBeGreaterThan(bytes);
        }

        (generation.Speculation?.Drafted > 0).ShouldBe(speculation is not null);

        return least;
    }

    private static BpeVocabulary Vocabulary(Model model) =>
        new([.. Enumerable.Range(0, model.VocabularySize).Select(i => $"a{(char)('a' + (i / 26))}{(char)('a' + (i % 26))}")], null, []);

    private static void Generate(InferenceEngine engine, Generation generation, TextStream text, Action<ReadOnlySpan<byte>> write, int count)
    {
        for (var end = generation.Tokens.Length + count; generation.Tokens.Length < end && !generation.IsFinished;)
        {
            engine.Step();
            text.WriteNew(write);
        }
    }
}
