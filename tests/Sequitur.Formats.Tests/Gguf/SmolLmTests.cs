using Sequitur.Formats.Gguf;

namespace Sequitur.Formats.Tests.Gguf;

public class SmolLmTests
{
    private static readonly string Model = Path.Combine(Conformance.Repository, "models", "SmolLM2-135M-Instruct", "SmolLM2-135M-Instruct.Q4_1.gguf");

    [Fact]
    public void Open_EmbeddedModel_HoldsTensorsAndMetadata()
    {
        using var source = GgufWeightSource.Open(Model);

        source.Names.Count.ShouldBe(272);
        source.File.Version.ShouldBe(3);
        var metadata = source.File.Metadata;
        metadata.GetString("general.architecture").ShouldBe("llama");
        metadata.GetUInt32("llama.block_count").ShouldBe(30u);
        metadata.GetUInt32("llama.attention.head_count_kv").ShouldBe(3u);
        metadata.GetFloat("llama.rope.freq_base").ShouldBe(100000f);
        metadata.GetStrings("tokenizer.ggml.tokens")[0].ShouldBe("<|endoftext|>");
        metadata.GetString("tokenizer.chat_template").ShouldContain("messages");
        metadata.ToConfig().GetInt("llama.embedding_length").ShouldBe(576);
        source.Find("blk.0.attn_norm.weight")!.ToString().ShouldBe("blk.0.attn_norm.weight: F32 [576]");
        source.Find("blk.29.ffn_down.weight")!.Shape.ShouldBe([576, 1536]);
        source.Find("token_embd.weight")!.Shape.ShouldBe([49152, 576]);
    }

    [Fact]
    public void GetStringArray_Vocabulary_HoldsAllEntries()
    {
        using var file = GgufFile.Open(Model);

        file.Metadata.GetStringArray("tokenizer.ggml.tokens").Length.ShouldBe(49152);
        file.Metadata.GetStringArray("tokenizer.ggml.merges").Length.ShouldBe(48900);
    }

    [Fact]
    public void Open_EmbeddedModel_AllocatesLittle()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var file = GgufFile.Open(Model);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
    }

    [Fact]
    public void ForgetHead_LeavesWhatTheHeadSays()
    {
        using var file = GgufFile.Open(Model);

        file.ForgetHead();

        file.Metadata.GetStrings("tokenizer.ggml.tokens")[49151].ShouldNotBeEmpty();
        file.Metadata.GetInt32Array("tokenizer.ggml.token_type").Length.ShouldBe(49152);
    }
}
