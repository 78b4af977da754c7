using Sequitur.Engine.Sampling;
using Sequitur.Engine.Tests.Equalities;

namespace Sequitur.Engine.Tests.Sampling;

/// <summary>Samplers inside the engine.</summary>
public sealed class SamplingEngineTests
{
    private static readonly Variant Small = Variant.Of("llama Q4_1, F16 cache, integer");

    [Fact]
    public void KeepReports_EachToken_HasOne()
    {
        using var engine = new InferenceEngine(Small.Model, new EngineOptions { Threads = 1, Context = 64 });
        var generation = Run(engine, new Request { Ids = [1, 2, 3], MaxTokens = 6, KeepReports = true, Seed = 4, Samplers = SamplerChain.Parse("top_k=5;temperature=0.8") });

        generation.Reports!.Select(report => report.Token).ShouldBe(generation.Tokens.ToArray());
        generation.Reports!.Select(report => report.Position).ShouldBe(Enumerable.Range(3, 6));
        generation.Reports!.ShouldAllBe(report => report.Steps[0].After == 5 && report.Steps[0].Removed.Count == engine.Plan.Output(Models.Outputs.Logits).Columns - 5 && report.Steps[1].Changed == 5);
    }

    [Fact]
    public void KeepReports_NotAsked_ThereAreNone()
    {
        using var engine = new InferenceEngine(Small.Model, new EngineOptions { Threads = 1, Context = 64 });

        Run(engine, new Request { Ids = [1], MaxTokens = 2 }).Reports.ShouldBeNull();
    }

    [Theory]
    [InlineData("logit_bias=[\"100000=1\"]", "vocabulary")]
    [InlineData("dry=0.8", "breakers")]
    public void Submit_SamplersThatDoNotFit_IsUsage(string samplers, string says)
    {
        using var engine = new InferenceEngine(Small.Model, new EngineOptions { Threads = 1, Context = 64 });

        Should.Throw<UsageException>(() => engine.Submit(new Request { Ids = [1], MaxTokens = 2, Samplers = SamplerChain.Parse(samplers) }, TestContext.Current.CancellationToken))
            .Message.ShouldContain(says);
    }

    [Fact]
    public void Step_EverythingForbidden_EndsWithTheReason()
    {
        using var engine = new InferenceEngine(Small.Model, new EngineOptions { Threads = 1, Context = 64 });
        var all = string.Join(',', Enumerable.Range(0, Small.Model.VocabularySize).Select(id => $"\"{id}=-inf\""));
        var generation = Run(engine, new Request { Ids = [1], MaxTokens = 2, Samplers = SamplerChain.Parse($"logit_bias=[{all}]") });

        generation.Reason.ShouldBe(FinishReason.Failed);
        generation.Error.ShouldBeOfType<UsageException>().Message.ShouldContain("logit_bias forbids every token");
    }

    private static Generation Run(InferenceEngine engine, Request request)
    {
        var generation = engine.Submit(request, TestContext.Current.CancellationToken);
        while (!generation.IsFinished)
        {
            engine.Step();
        }

        return generation;
    }
}
