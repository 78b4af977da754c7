using System.Text.Json;
using Sequitur.Engine.Loading;
using Sequitur.Engine.Tests.Hostile;

namespace Sequitur.Engine.Tests;

/// <summary>Directories with <c>tokenizer.json</c> and what lies beside it, around a tiny model.</summary>
public sealed class HuggingFaceTextTests : IDisposable
{
    private const string Template = "{{ bos_token }}{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}a{% endif %}";

    // 0 to 25 are letters, 26 is the space, then come the added tokens.
    private const int Begin = 27;
    private const int End = 28;
    private const int Turn = 29;

    private readonly string _folder = TestTree.Copy(Path.Combine(TestTree.Conformance, "models", "decoders", "llama_mha"), "expected.safetensors", "case.json");

    public HuggingFaceTextTests()
    {
        Write("tokenizer.json", Tokenizer());
        Write("tokenizer_config.json", new { bos_token = "<s>", eos_token = new { content = "</s>" }, add_bos_token = true, chat_template = Template });
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Generate_Folder_SpeaksText()
    {
        using var model = TextModel.Load(_folder);
        using var engine = new TextEngine(model, new EngineOptions { Context = 32 });
        var answer = new MemoryStream();
        engine.Tokenize(new TextRequest { Prompt = "ab </s>" }).ShouldBe([Begin, 0, 1, 26, 18, End, 0]); // of the user's "</s>" only the s has a token
        engine.Tokenize(new TextRequest { Prompt = "ab", Raw = true }).ShouldBe([Begin, 0, 1]);

        var generation = engine.Generate(new TextRequest { Prompt = "ab", MaxTokens = 8 }, answer.Write, TestContext.Current.CancellationToken);

        generation.Tokens.Length.ShouldBeGreaterThan(0);
        answer.Length.ShouldBe(generation.Tokens.ToArray().Count(id => id < 27));
    }

    [Fact]
    public void Load_FilesBeside_SayWhatIsMeant()
    {
        Stops().ShouldBe([2, End]);
        Write("generation_config.json", new { eos_token_id = new[] { Turn, End } });
        Stops().ShouldBe([Turn, End]);
        Write("tokenizer_config.json", new { chat_template = new[] { new { name = "tool_use", template = "x" }, new { name = "default", template = "y" } } });
        Write("special_tokens_map.json", new { eos_token = "<turn>", bos_token = "<s>" });
        Stops().ShouldBe([Turn, End]);
        using (var model = TextModel.Load(_folder))
        {
            model.Template!.Render([new("user", "q")]).ShouldBe("y");
            model.BeginToken.ShouldBe(Begin); // by the post-processor
            model.SpecialTokens["eos_token"].ShouldBe("<turn>");
        }

        File.WriteAllText(Path.Combine(_folder, "chat_template.jinja"), "z");
        Write("tokenizer_config.json", new { chat_template = "y", add_bos_token = false });
        using (var model = TextModel.Load(_folder))
        {
            model.Template!.Render([new("user", "q")]).ShouldBe("z");
            model.BeginToken.ShouldBeNull();
        }
    }

    [Theory]
    [InlineData("tokenizer_config.json", "{\"eos_token\": \"nosuch\"}", "eos_token in")]
    [InlineData("tokenizer_config.json", "{\"eos_token\": {\"text\": \"x\"}}", "content is missing in")]
    [InlineData("tokenizer_config.json", "{\"add_bos_token\": true}", "add_bos_token in")]
    [InlineData("tokenizer_config.json", "{\"add_bos_token\": 3}", "add_bos_token in")]
    [InlineData("tokenizer_config.json", "{\"chat_template\": \"{% if %}\"}", "chat_template in")]
    [InlineData("tokenizer_config.json", "{\"chat_template\": [3]}", "chat_template in")]
    [InlineData("tokenizer_config.json", "{\"chat_template\": 3}", "chat_template in")]
    [InlineData("tokenizer_config.json", "[]", "must be a JSON object")]
    [InlineData("generation_config.json", "{\"eos_token_id\": 1000}", "eos_token_id in")]
    [InlineData("generation_config.json", "{\"eos_token_id\": \"x\"}", "eos_token_id in")]
    [InlineData("chat_template.jinja", "{{", "chat_template.jinja")]
    [InlineData("tokenizer.json", "{\"model\": {\"type\": \"BPE\", \"vocab\": {}}", "not sound JSON")]
    public void Load_DamagedFile_NamesKeyAndFile(string name, string content, string says)
    {
        File.WriteAllText(Path.Combine(_folder, name), content);
        var message = Should.Throw<InvalidModelException>(() => TextModel.Load(_folder).Dispose()).Message;
        message.ShouldContain(says);
        message.ShouldContain(name);
        message.ShouldNotContain("\n");
    }

    [Fact]
    public void Load_MoreTokensThanLogits_IsRefused()
    {
        Write("tokenizer.json", Tokenizer(last: 48));
        Should.Throw<InvalidModelException>(() => TextModel.Load(_folder).Dispose()).Message.ShouldContain("lists 49 tokens");
    }

    [Fact]
    public void Load_NoTokenizer_IsRefused()
    {
        File.Delete(Path.Combine(_folder, "tokenizer.json"));
        Should.Throw<UnsupportedModelException>(() => TextModel.Load(_folder).Dispose()).Message.ShouldContain("tokenizer.json");
    }

    private IReadOnlyList<int> Stops()
    {
        using var model = TextModel.Load(_folder);
        return model.StopIds;
    }

    private static object Tokenizer(int last = Turn) => new
    {
        normalizer = (object?)null,
        added_tokens = new[] { Added(Begin, "<s>"), Added(End, "</s>"), Added(last, "<turn>") },
        pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, use_regex = true },
        post_processor = new
        {
            type = "TemplateProcessing",
            single = new object[] { new { SpecialToken = new { id = "<s>", type_id = 0 } }, new { Sequence = new { id = "A", type_id = 0 } } },
            special_tokens = new Dictionary<string, object> { ["<s>"] = new { id = "<s>", ids = new[] { Begin } } },
        },
        decoder = new { type = "ByteLevel" },
        model = new { type = "BPE", vocab = Enumerable.Range(0, 27).ToDictionary(i => i < 26 ? ((char)('a' + i)).ToString() : "Ġ", i => i), merges = Array.Empty<string>() },
    };

    private static object Added(int id, string content) => new { id, content, special = true, normalized = false, lstrip = false, rstrip = false, single_word = false };

    private void Write(string name, object content) => File.WriteAllText(Path.Combine(_folder, name), JsonSerializer.Serialize(content));
}
