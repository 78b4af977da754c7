using System.Text;
using Sequitur.Engine.Loading;
using Sequitur.Tensors;

namespace Sequitur.Engine.Tests;

/// <summary>The examples of <c>docs/library.md</c>.</summary>
public sealed class LibraryExamples
{
    private static readonly string Path = System.IO.Path.Combine(Root(), "models", "SmolLM2-135M-Instruct");

    [Fact]
    public void Generate_CapitalOfFrance_NamesParis()
    {
        using var model = TextModel.Load(Path);
        using var engine = new TextEngine(model, new EngineOptions { Threads = 2, Context = 1024 });
        var answer = new MemoryStream();

        var generation = engine.Generate(new TextRequest { Prompt = "What is the capital of France?" }, answer.Write, TestContext.Current.CancellationToken);

        Encoding.UTF8.GetString(answer.ToArray()).ShouldContain("Paris");
        generation.Reason.ShouldBe(FinishReason.Stop);
    }

    [Fact]
    public void Submit_TwoRequests_EachGetsWhatItWouldGetAlone()
    {
        using var model = ModelLoader.Load(Path);
        var together = Run(model, [6403, 1980, 253, 655], [504]);

        together[0].ShouldBe(Run(model, [6403, 1980, 253, 655])[0]);
        together[1].ShouldBe(Run(model, [504])[0]);
    }

    [Fact]
    public async Task WaitAsync_WhileAnotherThreadSteps_SeesEveryToken()
    {
        using var model = ModelLoader.Load(Path);
        using var engine = new InferenceEngine(model.Model, new EngineOptions { Context = 64 });
        var generation = engine.Submit(new Request { Ids = [504], MaxTokens = 5 }, TestContext.Current.CancellationToken);
        var stepping = Task.Run(
            () =>
            {
                while (!generation.IsFinished)
                {
                    engine.Step();
                }
            },
            TestContext.Current.CancellationToken);
        var seen = 0;
        while (await generation.WaitAsync(seen))
        {
            seen = generation.Tokens.Length;
        }

        await stepping;
        seen.ShouldBe(5);
        generation.Reason.ShouldBe(FinishReason.MaxTokens);
    }

    [Fact]
    public void Generate_Cancelled_EndsAtTheNextToken()
    {
        using var model = TextModel.Load(Path);
        using var engine = new TextEngine(model, new EngineOptions { Context = 256 });
        using var cancellation = new CancellationTokenSource();
        var pieces = 0;

        var generation = engine.Generate(
            new TextRequest { Prompt = "Tell me a long story." },
            _ =>
            {
                if (++pieces == 3)
                {
                    cancellation.Cancel();
                }
            },
            cancellation.Token);

        generation.Reason.ShouldBe(FinishReason.Cancelled);
        generation.Tokens.Length.ShouldBeInRange(3, 5);
    }

    [Fact]
    public void Generate_ContextFull_EndsThere()
    {
        using var model = TextModel.Load(Path);
        using var engine = new TextEngine(model, new EngineOptions { Context = 16 });

        var generation = engine.Generate(new TextRequest { Prompt = "Once upon a time", Raw = true }, _ => { }, TestContext.Current.CancellationToken);

        generation.Reason.ShouldBe(FinishReason.ContextLimit);
        (generation.Request.Ids.Count + generation.Tokens.Length).ShouldBe(17);
    }

    [Fact]
    public void Context_BeyondLearnedPositions_IsRefused()
    {
        using var model = ModelLoader.Load(System.IO.Path.Combine(Root(), "tests", "conformance", "models", "decoders", "gpt2"));

        Should.Throw<UsageException>(() => new InferenceEngine(model.Model, new EngineOptions { Context = model.Model.MaxPositions + 1 })).Message.ShouldContain("positions");
    }

    [Fact]
    public void Print_Graph_NamesValues()
    {
        using var model = ModelLoader.Load(Path);
        var (graph, _) = model.Model.Trace();

        graph.Print().ShouldContain("layers.3.attn_norm F32 [tokens, 576]");
    }

    private static int[][] Run(LoadedModel model, params int[][] prompts)
    {
        using var engine = new InferenceEngine(model.Model, new EngineOptions { MaxSequences = 4, Context = 64 });
        var generations = prompts.Select(ids => engine.Submit(new Request { Ids = ids, MaxTokens = 8 }, TestContext.Current.CancellationToken)).ToArray();
        while (generations.Any(g => !g.IsFinished))
        {
            engine.Step();
        }

        return [.. generations.Select(g => g.Tokens.ToArray())];
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(directory.FullName, "Sequitur.slnx")))
        {
            directory = directory.Parent!;
        }

        return directory.FullName;
    }
}
