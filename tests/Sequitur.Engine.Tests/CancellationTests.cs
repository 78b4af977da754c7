using Sequitur.Engine.Sampling;
using Sequitur.Engine.Tests.Equalities;
using Sequitur.Models;

namespace Sequitur.Engine.Tests;

/// <summary>A request is cancelled behind every one of its tokens, while another runs: its pages come back, and the other never notices.</summary>
public sealed class CancellationTests
{
    private const int Tokens = 80; // ends of pages (64) are crossed

    private static readonly Model Model = Families.Create("llama");

    [Fact]
    public void Cancel_BehindEveryToken_FreesPagesAndLeavesOthersBitEqual()
    {
        using var engine = new InferenceEngine(Model, new EngineOptions { Threads = 1, Context = 128, MaxSequences = 2, BatchTokens = 16 });
        var (pages, alone) = (engine.Pages.Free("full"), Finish(engine, Survivor(engine)));
        for (var n = 0; n <= Tokens; n++)
        {
            using var source = new CancellationTokenSource();
            var victim = engine.Submit(new Request { Ids = Variant.Tokens(30), MaxTokens = Tokens + 1 }, source.Token);
            var other = n % 2 == 0 ? Survivor(engine) : null; // beside the one that is cancelled, or after it
            do
            {
                engine.Step(); // behind 0 tokens: while the prompt is under way
            }
            while (victim.Tokens.Length < n);
            source.Cancel();
            engine.Step();

            victim.Reason.ShouldBe(FinishReason.Cancelled);
            victim.Tokens.Length.ShouldBe(n);
            Same(Finish(engine, other ?? Survivor(engine)), alone, $"cancelled behind {n} tokens");
            engine.Pages.Free("full").ShouldBe(pages);
            engine.IsIdle.ShouldBeTrue();
        }
    }

    private static Generation Survivor(InferenceEngine engine) => engine.Submit(
        new Request { Ids = Variant.Tokens(20, 7), MaxTokens = 6, KeepLogits = true, Samplers = SamplerChain.OfTemperature(0.9f), Seed = 3 }, TestContext.Current.CancellationToken);

    private static Generation Finish(InferenceEngine engine, Generation generation)
    {
        for (var steps = 0; !generation.IsFinished; steps++)
        {
            steps.ShouldBeLessThan(1000);
            engine.Step();
        }

        return generation;
    }

    private static void Same(Generation actual, Generation expected, string what)
    {
        actual.Reason.ShouldBe(FinishReason.MaxTokens);
        actual.Tokens.ToArray().ShouldBe(expected.Tokens.ToArray());
        actual.Logits!.SelectMany(l => l).ToArray().ShouldBeBitwise([.. expected.Logits!.SelectMany(l => l)], what);
    }
}
