using Sequitur.Kernels.Formats;
using Sequitur.Models;
using Sequitur.Tensors.Weights;

namespace Sequitur.Engine.Tests.Equalities;

/// <summary>Small models with random weights, described as their configurations would be.</summary>
internal static class Families
{
    public const int Vocabulary = 160;

    /// <summary>Stands for a format in the names of variants: matrices of one layer are stored in several.</summary>
    public const string Mixed = "mixed";

    private static readonly Dictionary<string, (string Class, Dictionary<string, object?> Keys)> All = new()
    {
        // Grouped queries, an untied head.
        ["llama"] = ("LlamaForCausalLM", Llama(heads: 4, keyHeads: 2, headDim: 32)),

        // So many layers that the last one's feed-forward part multiplies the remainders of its activations.
        ["llama-deep"] = ("LlamaForCausalLM", new(Llama(heads: 2, keyHeads: 1, headDim: 32)) { ["num_hidden_layers"] = 6 }),

        // Biases, a tied head, one key head, heads of 64.
        ["llama-bias"] = ("LlamaForCausalLM", new(Llama(heads: 2, keyHeads: 1, headDim: 64))
        {
            ["attention_bias"] = true,
            ["mlp_bias"] = true,
            ["tie_word_embeddings"] = true,
        }),

        // Frequencies that depend on how long a sequence may become.
        ["llama-dynamic"] = ("LlamaForCausalLM", new(Llama(heads: 2, keyHeads: 2, headDim: 32))
        {
            ["rope_scaling"] = new Dictionary<string, object?> { ["rope_type"] = "dynamic", ["factor"] = 2.0, ["original_max_position_embeddings"] = 128 },
        }),

        // Experts in place of the feed-forward part, queries of which only a part is turned, values of another size than keys.
        ["mixtral"] = ("MixtralForCausalLM", new(Llama(heads: 2, keyHeads: 1, headDim: 32))
        {
            ["num_local_experts"] = 4,
            ["num_experts_per_tok"] = 2,
            ["rotary_dim"] = 16,
            ["v_head_dim"] = 64,
        }),

        // A window that crosses pages (64) and spans (256), soft caps, alternating with a layer that sees everything.
        ["gemma2"] = ("Gemma2ForCausalLM", new()
        {
            ["vocab_size"] = Vocabulary, ["hidden_size"] = 64, ["intermediate_size"] = 96, ["num_hidden_layers"] = 2,
            ["num_attention_heads"] = 2, ["num_key_value_heads"] = 1, ["head_dim"] = 32, ["query_pre_attn_scalar"] = 32,
            ["sliding_window"] = 100, ["max_position_embeddings"] = 1024, ["rms_norm_eps"] = 1e-6,
        }),

        // Learned positions, layer norms, an activation without a gate, weights that are stored transposed.
        ["gpt2"] = ("GPT2LMHeadModel", new()
        {
            ["vocab_size"] = Vocabulary, ["n_embd"] = 64, ["n_layer"] = 2, ["n_head"] = 2, ["n_positions"] = 1024,
            ["activation_function"] = "gelu_new", ["layer_norm_epsilon"] = 1e-5, ["tie_word_embeddings"] = true,
        }),

        // Latent attention, whose values lie in their keys; a dense layer and one with routed and shared experts.
        ["deepseek"] = ("DeepseekV3ForCausalLM", new()
        {
            ["vocab_size"] = Vocabulary, ["hidden_size"] = 64, ["intermediate_size"] = 96, ["moe_intermediate_size"] = 32, ["num_hidden_layers"] = 2,
            ["num_attention_heads"] = 2, ["kv_lora_rank"] = 32, ["q_lora_rank"] = 32, ["qk_nope_head_dim"] = 16, ["qk_rope_head_dim"] = 8, ["v_head_dim"] = 32,
            ["n_routed_experts"] = 8, ["n_shared_experts"] = 1, ["num_experts_per_tok"] = 2, ["n_group"] = 4, ["topk_group"] = 2,
            ["first_k_dense_replace"] = 1, ["max_position_embeddings"] = 1024,
        }),

        // The same, so deep that a shared expert reads the remainders of activations that its neighbours read without.
        ["deepseek-deep"] = ("DeepseekV3ForCausalLM", new()
        {
            ["vocab_size"] = Vocabulary, ["hidden_size"] = 64, ["intermediate_size"] = 64, ["moe_intermediate_size"] = 32, ["num_hidden_layers"] = 6,
            ["num_attention_heads"] = 2, ["kv_lora_rank"] = 32, ["qk_nope_head_dim"] = 16, ["qk_rope_head_dim"] = 8, ["v_head_dim"] = 32,
            ["n_routed_experts"] = 4, ["n_shared_experts"] = 1, ["num_experts_per_tok"] = 2, ["n_group"] = 1, ["topk_group"] = 1,
            ["first_k_dense_replace"] = 1, ["max_position_embeddings"] = 1024,
        }),

        // An encoder: every row sees all of its sequence, and nothing is kept.
        ["bert"] = ("BertForMaskedLM", new()
        {
            ["vocab_size"] = Vocabulary, ["hidden_size"] = 64, ["intermediate_size"] = 96, ["num_hidden_layers"] = 2,
            ["num_attention_heads"] = 2, ["max_position_embeddings"] = 1024,
        }),

        // A recurrent state in place of attention.
        ["rwkv"] = ("RwkvForCausalLM", new()
        {
            ["vocab_size"] = Vocabulary, ["hidden_size"] = 64, ["attention_hidden_size"] = 96, ["num_hidden_layers"] = 2, ["context_length"] = 1024,
        }),
    };

    /// <summary>A model of a family.</summary>
    public static Model Create(string family, string format = "F32", ulong seed = 20)
    {
        var (name, keys) = All[family];
        var config = new ModelConfig(new Dictionary<string, object?>(keys) { ["architectures"] = new[] { name } }, family);
        WeightProvider weights = format == Mixed ? new MixedWeights(seed) : new RandomWeights(seed, BlockFormats.Find(format));
        return ArchitectureRegistry.Find(config).Create(config, new WeightScope(weights));
    }

    private static Dictionary<string, object?> Llama(int heads, int keyHeads, int headDim) => new()
    {
        ["vocab_size"] = Vocabulary, ["hidden_size"] = 64, ["intermediate_size"] = 96, ["num_hidden_layers"] = 2,
        ["num_attention_heads"] = heads, ["num_key_value_heads"] = keyHeads, ["head_dim"] = headDim,
        ["max_position_embeddings"] = 1024, ["rms_norm_eps"] = 1e-5, ["rope_theta"] = 10_000.0, ["hidden_act"] = "silu",
    };
}
