using Sequitur.Kernels.Formats;
using Sequitur.Models.Architectures;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models.Tests;

/// <summary>Models with random quantized weights: what the plan computes in integers is what its lowered graph says, whole and in chunks.</summary>
public sealed class GeneratedTests
{
    private static readonly int[][] Sequences = [[.. Enumerable.Range(0, 90).Select(i => i * 7 % 64)], [.. Enumerable.Range(0, 33).Select(i => i * 5 % 64)]];

    [Fact]
    public void Gemma2_QuantizedInChunks_GivesTheBitsOfItsLoweredGraph() => Check(Gemma2.Create, new()
    {
        ["vocab_size"] = 64, ["hidden_size"] = 64, ["intermediate_size"] = 96, ["num_hidden_layers"] = 2, ["num_attention_heads"] = 2,
        ["num_key_value_heads"] = 1, ["head_dim"] = 32, ["sliding_window"] = 40,
    });

    [Fact]
    public void DeepseekV3_QuantizedInChunks_GivesTheBitsOfItsLoweredGraph() => Check(DeepseekV3.Create, new()
    {
        ["vocab_size"] = 64, ["hidden_size"] = 64, ["intermediate_size"] = 96, ["moe_intermediate_size"] = 32, ["num_hidden_layers"] = 2,
        ["num_attention_heads"] = 2, ["kv_lora_rank"] = 32, ["qk_nope_head_dim"] = 16, ["qk_rope_head_dim"] = 8, ["v_head_dim"] = 32,
        ["n_routed_experts"] = 8, ["n_shared_experts"] = 1, ["num_experts_per_tok"] = 2, ["n_group"] = 4, ["topk_group"] = 2, ["first_k_dense_replace"] = 1,
    });

    [Fact]
    public void Mixtral_QuantizedInChunks_GivesTheBitsOfItsLoweredGraph() => Check(Llama.Create, Mixtral());

    [Fact]
    public void Mixtral_QuantizedExperts_AreMultipliedInIntegers() =>
        Lowering.Lower(Create(Llama.Create, Mixtral()).Trace().Graph, new NumericChoices(true, null)).Nodes.Count(node => node.Op is ExpertIntegerMatMul).ShouldBe(6);

    // The recurrence has more channels than the stream is wide.
    [Fact]
    public void Rwkv_QuantizedInChunks_GivesTheBitsOfItsLoweredGraph() => Check(Rwkv.Create, new()
    {
        ["vocab_size"] = 64, ["hidden_size"] = 64, ["attention_hidden_size"] = 96, ["num_hidden_layers"] = 2,
    });

    [Fact]
    public void DeepseekV3_QuantizedExperts_AreMultipliedInIntegers()
    {
        var model = Create(DeepseekV3.Create, new()
        {
            ["vocab_size"] = 64, ["hidden_size"] = 64, ["intermediate_size"] = 96, ["moe_intermediate_size"] = 32, ["num_hidden_layers"] = 1,
            ["num_attention_heads"] = 2, ["kv_lora_rank"] = 32, ["qk_nope_head_dim"] = 16, ["qk_rope_head_dim"] = 8, ["v_head_dim"] = 32,
            ["n_routed_experts"] = 4, ["num_experts_per_tok"] = 2, ["n_group"] = 1, ["topk_group"] = 1, ["first_k_dense_replace"] = 0,
        });

        Lowering.Lower(model.Trace().Graph, new NumericChoices(true, null)).Nodes.Count(node => node.Op is ExpertIntegerMatMul).ShouldBe(3);
    }

    private static Dictionary<string, object?> Mixtral() => new()
    {
        ["vocab_size"] = 64, ["hidden_size"] = 64, ["intermediate_size"] = 96, ["num_hidden_layers"] = 2, ["num_attention_heads"] = 2,
        ["num_key_value_heads"] = 1, ["num_local_experts"] = 5, ["num_experts_per_tok"] = 3,
    };

    private static void Check(Func<ModelConfig, WeightScope, Model> create, Dictionary<string, object?> config)
    {
        var model = Create(create, config);
        var oracle = Decoders.LoweredWhole(model, Sequences, integer: true);

        oracle.ShouldAllBe(logit => float.IsFinite(logit));
        Decoders.PlannedWhole(model, Sequences, integer: true).ShouldBe(oracle);
        Decoders.Chunked(model, Sequences, integer: true, 31, 1, 33, 0).ShouldBe(oracle);
    }

    private static Model Create(Func<ModelConfig, WeightScope, Model> create, Dictionary<string, object?> config) =>
        create(new ModelConfig(config, "a generated model"), new WeightScope(new RandomWeights(7, BlockFormats.Find("Q8_0"))));
}
