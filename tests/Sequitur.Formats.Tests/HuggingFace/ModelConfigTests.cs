using System.Text;
using Sequitur.Formats.HuggingFace;
using Sequitur.Tensors.Weights;

namespace Sequitur.Formats.Tests.HuggingFace;

public class ModelConfigTests
{
    private static ModelConfig Parse(string json) => HuggingFaceConfig.Parse(Encoding.UTF8.GetBytes(json), "dir/config.json");

    [Fact]
    public void Parse_Config_GivesTypedValues()
    {
        var config = Parse("""
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "torch_dtype": "bfloat16", "hidden_size": 576, "rms_norm_eps": 1e-05,
             "tie_word_embeddings": true, "eos_token_id": [1, 2], "bos_token_id": 7, "sliding_window": null, "n": 64.0, "text_config": {"hidden_size": 9}}
            """);

        config.Architectures.ShouldBe(["LlamaForCausalLM"]);
        config.ModelType.ShouldBe("llama");
        config.DataType.ShouldBe("bfloat16");
        config.GetInt("hidden_size").ShouldBe(576);
        config.GetInt("n").ShouldBe(64);
        config.GetFloat("rms_norm_eps").ShouldBe(1e-5);
        config.GetFloat("hidden_size").ShouldBe(576.0);
        config.GetBool("tie_word_embeddings").ShouldBeTrue();
        config.GetIntList("eos_token_id").ShouldBe([1, 2]);
        config.GetIntList("bos_token_id").ShouldBe([7]);
        config.Has("sliding_window").ShouldBeFalse();
        config.GetInt("sliding_window", 5).ShouldBe(5);
        config.TryGetObject("text_config", out var nested).ShouldBeTrue();
        nested!.GetInt("hidden_size").ShouldBe(9);
        config.TryGetObject("vision_config", out _).ShouldBeFalse();
    }

    [Fact]
    public void Get_MissingKey_NamesKeyAndFile()
    {
        var message = Should.Throw<InvalidModelException>(() => Parse("{}").GetInt("hidden_size")).Message;

        message.ShouldBe("hidden_size is missing in dir/config.json");
        Parse("""{"text_config": {}}""").TryGetObject("text_config", out var nested);
        Should.Throw<InvalidModelException>(() => nested!.GetBool("flag")).Message.ShouldBe("flag is missing in dir/config.json: text_config");
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("\"1\"")]
    [InlineData("true")]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("3000000000")]
    [InlineData("1e30")]
    [InlineData("NaN")]
    public void GetInt_AnotherKindOfValue_IsRefused(string value)
    {
        var config = Parse($$"""{"key": {{value}}}""");

        var message = Should.Throw<InvalidModelException>(() => config.GetInt("key")).Message;

        message.ShouldStartWith("key in dir/config.json is ");
        message.ShouldContain("must be an integer");
        Should.Throw<InvalidModelException>(() => config.GetInt("key", 3));
    }

    [Theory]
    [InlineData("{\"key\": Infinity}", double.PositiveInfinity)]
    [InlineData("{\"key\": -Infinity}", double.NegativeInfinity)]
    [InlineData("{\"key\": NaN}", double.NaN)]
    [InlineData("{\"text\": \"a \\\" NaN Infinity\", \"key\":NaN}", double.NaN)]
    [InlineData("{\"key\": {\"__float__\": \"Infinity\"}}", double.PositiveInfinity)]
    [InlineData("{\"key\": 1000000000000000019884624838656}", 1000000000000000019884624838656.0)]
    public void GetFloat_WhatPythonWrites_IsANumber(string json, double expected)
    {
        Parse(json).GetFloat("key").ShouldBe(expected);
    }

    [Fact]
    public void Parse_LiteralsInsideStrings_AreLeftAlone()
    {
        Parse("""{"text": "NaN \\", "list": [0.0, Infinity], "other": "-Infinity"}""").GetString("text").ShouldBe("NaN \\");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("{\"a\": 1")]
    [InlineData("{\"a\": \"\\")]
    [InlineData("{\"a\": NaNNaN}")]
    [InlineData("{\"a\\ud800\": 1}")]
    [InlineData("{\"a\": \"\\udc00\"}")]
    public void Parse_NotAnObject_IsRefused(string json)
    {
        Conformance.ShouldBeClear(Should.Throw<InvalidModelException>(() => Parse(json)));
    }

    [Fact]
    public void Parse_DeepNesting_IsRefused()
    {
        var json = "{\"a\": " + new string('[', 100_000);

        Conformance.ShouldBeClear(Should.Throw<InvalidModelException>(() => Parse(json)));
    }

    [Fact]
    public void Parse_ConfigWithChangedBytes_IsReadOrRefusedCleanly()
    {
        var bytes = Encoding.UTF8.GetBytes("""{"a": [1, 2.5, Infinity], "t\u00e9\"xt": "caf\ud83d\ude00é", "o": {"__float__": "NaN"}, "r": {"rope_scaling": {"type": "x"}}}""");
        for (var seed = 0; seed < 2000; seed++)
        {
            Mutation.Try(() => HuggingFaceConfig.Parse(Mutation.Of(bytes, seed, bytes.Length), "config.json").GetRope(1));
        }
    }

    [Fact]
    public void Load_DirectoryWithoutConfig_NamesTheFile()
    {
        using var directory = new TemporaryDirectory();

        Should.Throw<SequiturException>(() => HuggingFaceConfig.Load(directory.Path)).Message.ShouldContain("does not exist");
    }

    [Fact]
    public void Load_FileInADirectory_KnowsItsPath()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write("config.json", "\uFEFF{\"a\": 1}"u8);

        HuggingFaceConfig.Load(directory.Path).Origin.ShouldBe(path);
        HuggingFaceConfig.Load(directory.Path).GetInt("a").ShouldBe(1);
    }
}
