using System.Globalization;
using Sequitur.Engine.Sampling;
using Sequitur.Engine.Tests.Equalities;
using Sequitur.Models;

namespace Sequitur.Engine.Tests;

/// <summary>What happens at the engine's door: requests that fail, wait, are cancelled or fill the context, and the engine's end.</summary>
public sealed class EngineDoorTests
{
    private const int Context = 128;

    private static readonly Model Model = Families.Create("llama");

    [Fact]
    public void Step_PagesRunOut_FailsThatRequestAlone()
    {
        using var engine = Engine(sequences: 2);
        while (engine.Pages.Free("full") > 2)
        {
            engine.Pages.Take("full");
        }

        var small = Submit(engine, prompt: 10, tokens: 3);
        var large = Submit(engine, prompt: 100, tokens: 3);
        Finish(engine, small, large);

        large.Reason.ShouldBe(FinishReason.Failed);
        large.Error.ShouldBeOfType<CapacityException>().Message.ShouldContain("pages");
        small.Reason.ShouldBe(FinishReason.MaxTokens);
        engine.Pages.Free("full").ShouldBe(2);
    }

    [Fact]
    public void Step_SamplerThrows_FailsThatRequestAlone()
    {
        using var engine = Engine(sequences: 2);
        var bad = engine.Submit(new Request { Ids = [1], MaxTokens = 3, Samplers = new SamplerChain(new Thrower()) }, TestContext.Current.CancellationToken);
        var good = Submit(engine, prompt: 4, tokens: 3);
        Finish(engine, bad, good);

        bad.Reason.ShouldBe(FinishReason.Failed);
        bad.Error!.Message.ShouldBe("no");
        good.Reason.ShouldBe(FinishReason.MaxTokens);
    }

    [Theory]
    [InlineData(Context, 5, 1, FinishReason.ContextLimit)]
    [InlineData(Context, 1, 1, FinishReason.MaxTokens)]
    [InlineData(Context - 2, 5, 3, FinishReason.ContextLimit)]
    [InlineData(Context - 2, 3, 3, FinishReason.MaxTokens)]
    [InlineData(1, int.MaxValue, Context, FinishReason.ContextLimit)]
    public void Step_ContextIsFull_EndsBehindTheLastPosition(int prompt, int asked, int expected, FinishReason reason)
    {
        using var engine = Engine();
        var generation = Submit(engine, prompt, asked);
        Finish(engine, generation);

        generation.Error.ShouldBeNull();
        generation.Tokens.Length.ShouldBe(expected);
        generation.Reason.ShouldBe(reason);
        generation.Request.MaxTokens.ShouldBe(asked);
    }

    [Fact]
    public void Step_WaitingRequestIsCancelled_EndsAtOnce()
    {
        using var engine = Engine();
        using var source = new CancellationTokenSource();
        var running = Submit(engine, prompt: 4, tokens: 20);
        var waiting = engine.Submit(new Request { Ids = [1, 2], MaxTokens = 5 }, source.Token);
        var last = Submit(engine, prompt: 2, tokens: 2);
        engine.Step();
        source.Cancel();
        engine.Step();

        waiting.Reason.ShouldBe(FinishReason.Cancelled);
        running.IsFinished.ShouldBeFalse();
        Finish(engine, running, last);
        last.Reason.ShouldBe(FinishReason.MaxTokens);
    }

    [Fact]
    public void Step_MoreSequencesThanBatchTokens_AllGetOn()
    {
        using var engine = Engine(sequences: 3, batchTokens: 1);
        Generation[] generations = [.. Enumerable.Range(0, 3).Select(_ => Submit(engine, prompt: 1, tokens: 8))];
        for (var step = 1; step <= 4; step++)
        {
            engine.Step();
            generations.Select(g => g.Tokens.Length).ShouldBe([step, step, step]);
        }

        Finish(engine, generations);
    }

    [Fact]
    public void Step_LongPromptBesideGeneratingSequences_GetsOn()
    {
        using var engine = Engine(sequences: 3, batchTokens: 1);
        Generation[] generations = [Submit(engine, prompt: 1, tokens: 100), Submit(engine, prompt: 1, tokens: 100), Submit(engine, prompt: 40, tokens: 1)];
        for (var step = 0; step < 40; step++)
        {
            engine.Step();
        }

        generations[2].Reason.ShouldBe(FinishReason.MaxTokens);
        generations[0].IsFinished.ShouldBeFalse();
    }

    [Fact]
    public void Submit_CallersListChanges_RequestDoesNot()
    {
        using var engine = Engine();
        var ids = new List<int> { 1, 2, 3 };
        var generation = engine.Submit(new Request { Ids = ids, MaxTokens = 2 }, TestContext.Current.CancellationToken);
        ids.AddRange(Enumerable.Repeat(-1, 1000));
        Finish(engine, generation);

        generation.Error.ShouldBeNull();
        generation.Request.Ids.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Dispose_RunningAndWaiting_AreCancelledAndReadersWake()
    {
        var engine = Engine();
        Generation[] generations = [Submit(engine, prompt: 4, tokens: 20), Submit(engine, prompt: 4, tokens: 20)];
        engine.Step();
        var reader = generations[1].WaitAsync(0);
        engine.Dispose();
        engine.Dispose();

        (await reader).ShouldBeFalse();
        generations.ShouldAllBe(g => g.Reason == FinishReason.Cancelled);
        Should.Throw<ObjectDisposedException>(() => engine.Step());
        Should.Throw<ObjectDisposedException>(() => Submit(engine, 1, 1));
    }

    [Fact]
    public async Task Dispose_WhileSteppingOnAnotherThread_WaitsForTheStep()
    {
        var engine = Engine(sequences: 2);
        Generation[] generations = [Submit(engine, prompt: 60, tokens: 60), Submit(engine, prompt: 60, tokens: 60)];
        using var started = new ManualResetEventSlim();
        var stepping = Task.Run(() =>
        {
            try
            {
                while (true)
                {
                    engine.Step();
                    started.Set();
                }
            }
            catch (ObjectDisposedException)
            {
            }
        }, TestContext.Current.CancellationToken);
        started.Wait(TestContext.Current.CancellationToken);
        engine.Dispose();
        await stepping;

        generations.ShouldAllBe(g => g.IsFinished && g.Error == null);
    }

    [Theory]
    [InlineData(0, 1, 1, 8)]
    [InlineData(1, 0, 1, 8)]
    [InlineData(1, 1, 0, 8)]
    [InlineData(1, 1, 1, 0)]
    [InlineData(1, 1, 1, int.MaxValue)]
    public void Create_ImpossibleOption_IsUsage(int threads, int batchTokens, int sequences, int context) => Should.Throw<UsageException>(() =>
        new InferenceEngine(Model, new EngineOptions { Threads = threads, BatchTokens = batchTokens, MaxSequences = sequences, Context = context }));

    [Fact]
    public void Create_CacheBeyondTheMachine_SaysWhatIsNeededAndThere()
    {
        var refusal = Should.Throw<CapacityException>(() => new InferenceEngine(Model, new EngineOptions { Threads = 1, Context = 1 << 24, MaxSequences = 1 << 16 }));

        refusal.Message.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"{Kernels.Platform.MemoryBytes:N0} bytes of memory"));
        refusal.Message.ShouldContain("512 a position"); // 2 layers × 2 heads × 32 numbers of F16, keys and values
    }

    private static InferenceEngine Engine(int sequences = 1, int batchTokens = 512) =>
        new(Model, new EngineOptions { Threads = 1, Context = Context, MaxSequences = sequences, BatchTokens = batchTokens });

    private static Generation Submit(InferenceEngine engine, int prompt, int tokens) =>
        engine.Submit(new Request { Ids = Variant.Tokens(prompt), MaxTokens = tokens }, TestContext.Current.CancellationToken);

    private static void Finish(InferenceEngine engine, params Generation[] generations)
    {
        for (var steps = 0; generations.Any(g => !g.IsFinished); steps++)
        {
            steps.ShouldBeLessThan(1000);
            engine.Step();
        }
    }

    private sealed class Thrower : Sampler
    {
        public override string Name => "thrower";

        public override void Apply(Candidates candidates, in SamplingStep step) => throw new InvalidOperationException("no");
    }
}
