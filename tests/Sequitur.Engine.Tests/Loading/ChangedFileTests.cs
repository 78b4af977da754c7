namespace Sequitur.Engine.Tests.Loading;

/// <summary>A file that somebody writes to while it is loaded or in use is refused: what is read of it would be of two models.</summary>
public sealed class ChangedFileTests : IDisposable
{
    private readonly PatchedModel _model = new("invalid/sound.gguf");

    private static EngineOptions Options => new() { Threads = 1, Context = 64 };

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData("longer", "changed")]
    [InlineData("touched", "changed")]
    [InlineData("gone", "removed")]
    public void Engine_OfAFileThatChanged_RefusesIt(string how, string said)
    {
        using var loaded = _model.Load();
        var path = loaded.Source.Description;
        Change(path, how);

        Should.Throw<SequiturException>(() => new InferenceEngine(loaded.Model, Options)).Message.ShouldStartWith($"the file was {said} while it was read: {path}");
    }

    // What is cut off is no longer mapped: to touch it would end the process.
    [Theory]
    [InlineData("longer", false)]
    [InlineData("touched", false)]
    [InlineData("cut", false)]
    [InlineData("cut", true)]
    public void Step_FileChangedMeanwhile_FailsTheRequest(string how, bool lowMemory)
    {
        using var loaded = _model.Load();
        var path = loaded.Source.Description;
        using var engine = new InferenceEngine(loaded.Model, Options with { LowMemory = lowMemory });
        var generation = engine.Submit(new Request { Ids = [1], MaxTokens = 8 }, TestContext.Current.CancellationToken);
        engine.Step();
        generation.Reason.ShouldBe(FinishReason.None);
        Change(path, how);

        engine.Step();

        generation.Reason.ShouldBe(FinishReason.Failed);
        generation.Error.ShouldBeOfType<SequiturException>().Message.ShouldStartWith($"the file was changed while it was in use: {path}: load it again");
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("replaced")]
    public void Step_AnotherFileUnderItsName_GoesOn(string how)
    {
        using var loaded = _model.Load();
        var path = loaded.Source.Description;
        using var engine = new InferenceEngine(loaded.Model, Options);
        var generation = engine.Submit(new Request { Ids = [1], MaxTokens = 8 }, TestContext.Current.CancellationToken);
        engine.Step();
        Change(path, how);

        while (engine.Step())
        {
        }

        generation.Reason.ShouldBe(FinishReason.MaxTokens);
    }

    private static void Change(string path, string how)
    {
        switch (how)
        {
            case "longer": File.AppendAllText(path, "more"); break;
            case "touched": File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(1)); break;
            case "cut": File.WriteAllText(path, "GGUF"); break;
            case "replaced":
                File.WriteAllText(path + ".new", "another model");
                File.Move(path + ".new", path, overwrite: true);
                break;
            default: File.Delete(path); break;
        }
    }
}
