namespace Sequitur.Engine.Tests.Loading;

/// <summary>A file that somebody writes to between its opening and the end of packing is refused: what was read of it would be of two models.</summary>
public sealed class ChangedFileTests
{
    [Theory]
    [InlineData("longer", "changed")]
    [InlineData("touched", "changed")]
    [InlineData("gone", "removed")]
    public void Engine_OfAFileThatChanged_RefusesIt(string how, string said)
    {
        using var model = new PatchedModel("invalid/sound.gguf");
        using var loaded = model.Load();
        var path = loaded.Source.Description;
        switch (how)
        {
            case "longer": File.AppendAllText(path, "more"); break;
            case "touched": File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(1)); break;
            default: File.Delete(path); break;
        }

        Should.Throw<SequiturException>(() => new InferenceEngine(loaded.Model, new EngineOptions { Threads = 1, Context = 64 }))
            .Message.ShouldStartWith($"the file was {said} while it was read: {path}");
    }
}
