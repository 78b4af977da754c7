using System.Text;
using Sequitur.Engine.Loading;
using Sequitur.Formats.HuggingFace;
using Sequitur.Tokenizers;
using Sequitur.Tokenizers.Templates;

namespace Sequitur.Engine.Tests;

/// <summary>What ends an answer: stop strings, end tokens, the number of tokens.</summary>
public sealed class StopTests
{
    private const string Beginning = "Once upon a time, in a small village by the sea, there lived"; // goes on: " a wise and kind …"

    [Theory]
    [InlineData("wise", " a ")]
    [InlineData("se and k", " a wi")] // over three tokens
    [InlineData(" a", "")]
    public void Generate_StopString_EndsBeforeIt(string stop, string expected)
    {
        using var model = TextModel.Load(SmolLm.Path);
        var (generation, text) = Generate(model, new TextRequest { Prompt = Beginning, Raw = true, MaxTokens = 12, Stops = ["no such text", stop] });

        text.ShouldBe(expected);
        generation.Reason.ShouldBe(FinishReason.Stop);
        generation.StopString.ShouldBe(stop);
        generation.StopToken.ShouldBeNull();
        var (_, included) = Generate(model, new TextRequest { Prompt = Beginning, Raw = true, MaxTokens = 12, Stops = [stop], IncludeStop = true });
        included.ShouldBe(expected + stop);
    }

    [Fact]
    public void Generate_StopStringBegunAtTheEnd_IsReleased()
    {
        using var model = TextModel.Load(SmolLm.Path);
        var (generation, text) = Generate(model, new TextRequest { Prompt = Beginning, Raw = true, MaxTokens = 2, Stops = [" wise as an owl"] });

        text.ShouldBe(" a wise");
        generation.Reason.ShouldBe(FinishReason.MaxTokens);
        generation.StopString.ShouldBeNull();
    }

    [Fact]
    public void Generate_EndToken_IsNamed()
    {
        using var model = TextModel.Load(SmolLm.Path);
        var (generation, _) = Generate(model, new TextRequest { Prompt = "What is the capital of France?", MaxTokens = 40 });

        generation.Reason.ShouldBe(FinishReason.Stop);
        generation.StopToken.ShouldNotBeNull();
        model.StopIds.ShouldContain(generation.StopToken!.Value);
        generation.StopString.ShouldBeNull();
    }

    [Fact]
    public void Generate_PromptBeyondContext_IsRefusedWithTheCounts()
    {
        using var model = TextModel.Load(SmolLm.Path);
        using var engine = new TextEngine(model, new EngineOptions { Threads = 1, Context = 16 });

        var refusal = Should.Throw<CapacityException>(() => engine.Generate(new TextRequest { Prompt = string.Concat(Enumerable.Repeat(" word", 17)), Raw = true }, _ => { }, TestContext.Current.CancellationToken));
        refusal.Message.ShouldContain("17 tokens, more than the context of 16");
    }

    [Theory]
    [InlineData("{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}", "<|im_end|>")]
    [InlineData("{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }} \n <|endoftext|>{% endfor %}", "<|endoftext|>")]
    [InlineData("{% for m in messages %}<|im_start|>{{ m.role }}: {{ m.content }}\n### {% endfor %}<|im_end|>", null)]
    [InlineData("{% for m in messages %}{{ m.content }}{% endfor %}", null)]
    [InlineData("{{ raise_exception('no') }}", null)]
    public void OfTemplate_Template_GivesTheTokenBehindAnAnswer(string template, string? expected)
    {
        using var model = TextModel.Load(SmolLm.Path);
        var id = EndTokens.OfTemplate(ChatTemplate.Parse(template), model.Tokenizer);

        (id is { } token ? Encoding.UTF8.GetString(model.Tokenizer.Vocabulary.BytesOf(token)) : null).ShouldBe(expected);
    }

    [Theory]
    [InlineData("""{"eos_token_id": 2}""", new[] { 2 })]
    [InlineData("""{"eos_token_id": [2, 0, 2]}""", new[] { 2, 0 })]
    [InlineData("""{"eos_token_id": null}""", new int[0])]
    [InlineData("{}", new int[0])]
    public void OfConfig_NumberOrList_AreRead(string json, int[] expected) =>
        EndTokens.OfConfig(HuggingFaceConfig.Parse(Encoding.UTF8.GetBytes(json), "generation_config.json"), 10).ShouldBe(expected);

    [Theory]
    [InlineData("""{"eos_token_id": 10}""")]
    [InlineData("""{"eos_token_id": [1, -1]}""")]
    [InlineData("""{"eos_token_id": "</s>"}""")]
    public void OfConfig_Impossible_IsAnInvalidModel(string json) =>
        Should.Throw<InvalidModelException>(() => EndTokens.OfConfig(HuggingFaceConfig.Parse(Encoding.UTF8.GetBytes(json), "generation_config.json"), 10)).Message.ShouldContain("eos_token_id");

    private static (Generation Generation, string Text) Generate(TextModel model, TextRequest request)
    {
        using var engine = new TextEngine(model, new EngineOptions { Threads = 1, Context = 256, Float32 = true });
        var text = new MemoryStream();
        var generation = engine.Generate(request, text.Write, TestContext.Current.CancellationToken);
        return (generation, Encoding.UTF8.GetString(text.ToArray()));
    }
}
