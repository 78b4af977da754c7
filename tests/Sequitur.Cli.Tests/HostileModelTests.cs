namespace Sequitur.Cli.Tests;

/// <summary>Models that contradict themselves end in one line and the exit code of their kind.</summary>
public sealed class HostileModelTests
{
    public static TheoryData<string, object, string> Impossible =>
    [
        ("llama.attention.head_count", 0u, "llama.attention.head_count in"),
        ("llama.attention.head_count_kv", 3u, "llama.attention.head_count_kv 3"),
        ("llama.block_count", (uint)int.MaxValue, "llama.block_count"),
        ("llama.block_count", uint.MaxValue, "llama.block_count"),
        ("llama.block_count", 2u, "blk.1."),
        ("llama.attention.layer_norm_rms_epsilon", float.NaN, "llama.attention.layer_norm_rms_epsilon"),
        ("llama.rope.freq_base", 0f, "llama.rope.freq_base"),
        ("llama.rope.scale_linear", -4f, "llama.rope.scale_linear"),
        ("llama.rope.scaling.factor", float.NaN, "llama.rope.scaling.factor"),
        ("llama.rope.scaling.attn_factor", 0f, "llama.rope.scaling.attn_factor"),
        ("llama.rope.scaling.alpha", 2f, "llama.rope.scaling.alpha"),
        ("llama.rope.scaling.no_such_key", 2f, "llama.rope.scaling.no_such_key"),
        ("llama.rope.scaling.yarn_ext_factor", 1f, "llama.rope.scaling.yarn_ext_factor"),
        ("llama.rope.scaling.yarn_log_multiplier", 0.1f, "llama.rope.scaling.yarn_log_multiplier"),
        ("llama.rope.scaling.type", "longrope", "rope_factors_long.weight"),
        ("llama.rope.scaling.type", "spiral", "llama.rope.scaling.type"),
        ("llama.rope.dimension_count", 3u, "llama.rope.dimension_count 3"),
        ("llama.rope.dimension_count", 6u, "llama.rope.dimension_count 6"),
        ("llama.attention.value_length", 8u, "blk.0.attn_v.weight"),
        ("llama.attention.scale", 2f, "llama.attention.scale"),
        ("llama.attention.sliding_window", 8u, "llama.attention.sliding_window"),
        ("llama.attention.causal", false, "llama.attention.causal"),
        ("llama.logit_scale", 2f, "llama.logit_scale"),
        ("llama.expert_count", 4u, "llama.expert_used_count"),
        ("llama.expert_shared_count", 1u, "llama.expert_shared_count"),
        ("llama.context_length", 0u, "llama.context_length"),
        ("llama.vocab_size", 7u, "token_embd.weight"),
        ("general.architecture", "lama", "'lama'"),
        ("tokenizer.ggml.model", "unigram", "unigram"),
        ("tokenizer.ggml.pre", "no-such", "no-such"),
        ("tokenizer.ggml.tokens", Enumerable.Repeat("a", 27).ToArray(), "Tokens 0 and 1"),
        ("tokenizer.ggml.token_type", new uint[] { 1 }, "1 token types"),
        ("tokenizer.ggml.merges", new[] { "a" }, "Merge 0"),
        ("tokenizer.ggml.eos_token_id", 27u, "tokenizer.ggml.eos_token_id"),
        ("tokenizer.ggml.eot_token_id", uint.MaxValue, "tokenizer.ggml.eot_token_id"),
        ("tokenizer.chat_template", "{% if %}", "tokenizer.chat_template"),
    ];

    [Fact]
    public void Run_SoundModel_Answers()
    {
        using var model = new TinyModel();
        var result = model.Run();

        result.Code.ShouldBe(0, result.Error);
        result.Output.ShouldBe("aaa\n"); // all logits are equal, and the lowest id wins
    }

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Run_ImpossibleKey_IsAnInvalidModel(string key, object value, string named)
    {
        using var model = new TinyModel();
        var result = model.With(key, value).Run();

        result.ShouldFail(3, named);
        result.Error.ShouldContain("tiny.gguf");
    }

    [Theory]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% for c in range(100000) %}{% endfor %}{% endfor %}{% endfor %}")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}")]
    [InlineData("{{ 1 // 0 }}")]
    [InlineData("{{ messages.nothing.at_all }}")]
    public void Run_TemplateThatNeverEndsOrFails_IsAnInvalidModel(string template)
    {
        using var model = new TinyModel();
        model.With("tokenizer.chat_template", template).Run().ShouldFail(3, "template");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"no_such_key\": 1}")]
    [InlineData("{\"temperature\": -1}")]
    [InlineData("{\"system\": 5}")]
    public void Run_InvalidManifest_NamesIt(string json)
    {
        using var model = new TinyModel();
        model.WithManifest(json).Run().ShouldFail(3, "manifest.json");
    }

    [Fact]
    public void Run_ContextBeyondTheMachine_SaysTheBytes()
    {
        if (Kernels.Platform.Current.PhysicalBytes() > 300L << 30)
        {
            Assert.Skip("the machine has more memory than the largest context of the model takes");
        }

        CliResult.Of("run", "hello", "--model", Repository.Model, "--context", "16777216").ShouldFail(4, "bytes of memory");
    }

    [Fact]
    public void Run_ContextBeyondAllBounds_IsUsage() =>
        CliResult.Of("run", "hello", "--model", Repository.Model, "--context", "2147483647").ShouldFail(2, "context");
}
