using System.Text.Json;

namespace Sequitur.Engine.Tests.Hostile;

/// <summary>Sound containers that are no sound models: each is refused with a reason that names the file, and the sound one runs.</summary>
public sealed class InvalidGgufTests
{
    private const string Sound = "sound.gguf";

    private static readonly string Folder = Path.Combine(TestTree.Conformance, "gguf", "models", "invalid");

    public static TheoryData<string, string> Cases
    {
        get
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "cases.json")));
            return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(c => (c.GetProperty("file").GetString()!, c.GetProperty("reason").GetString()!))];
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Load_Contradiction_IsRefusedWithTheFile(string file, string reason)
    {
        var refusal = Trial.Run(Path.Combine(Folder, file));

        if (file == Sound)
        {
            refusal.ShouldBeNull();
            return;
        }

        refusal.ShouldNotBeNull($"{file} was accepted though {reason}");
        (refusal is InvalidModelException or UnsupportedModelException).ShouldBeTrue(refusal.ToString());
        refusal.InnerException.ShouldBeNull($"{file} was found out by the last resort only: {refusal.Message}");
        refusal.Message.ShouldContain(file);
    }

    // It states no size of the vocabulary and has no tokens: the table of their rows says it.
    [Fact]
    public void Load_NoVocabulary_RunsIdsOnly()
    {
        var refusal = Trial.Run(Path.Combine(TestTree.Conformance, "gguf", "models", "gpt2", "model.gguf"));

        refusal?.Message.ShouldNotContain("vocab_size");
    }
}
