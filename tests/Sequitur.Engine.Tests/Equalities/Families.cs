using Sequitur.Kernels.Formats;
using Sequitur.Models;
using Sequitur.Tensors.Weights;

namespace Sequitur.Engine.Tests.Equalities;

/// <summary>Small models with random weights, described as their configurations would be.</summary>
internal static class Families
{
    public const int Vocabulary = 160;

    private static readonly Dictionary<string, (string Class, Dictionary<string, object?> Keys)> All = new()
    {
        // Grouped queries, an untied head.
        ["llama"] = ("LlamaForCausalLM", Llama(heads: 4, keyHeads: 2, headDim: 32)),

        // Biases, a tied head, one key head, heads of 64.
        ["llama-bias"] = ("LlamaForCausalLM", new(Llama(heads: 2, keyHeads: 1, headDim: 64))
        {
            ["attention_bias"] = true,
            ["mlp_bias"] = true,
            ["tie_word_embeddings"] = true,
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
    };

    /// <summary>Families that are described here.</summary>
    public static IEnumerable<string> Names => All.Keys;

    /// <summary>Whether the registry has the family.</summary>
    public static bool Has(string family) => Find(family) is not null;

    /// <summary>A model of a family.</summary>
    public static Model Create(string family, string format = "F32", ulong seed = 20)
    {
        var (name, keys) = All[family];
        var config = new ModelConfig(new Dictionary<string, object?>(keys) { ["architectures"] = new[] { name } }, family);
        return Find(family)!.Create(config, new WeightScope(new RandomWeights(seed, BlockFormats.Find(format))));
    }

    private static Architecture? Find(string family) => ArchitectureRegistry.All.FirstOrDefault(a => a.Key.ClassName == All[family].Class);

    private static Dictionary<string, object?> Llama(int heads, int keyHeads, int headDim) => new()
    {
        ["vocab_size"] = Vocabulary, ["hidden_size"] = 64, ["intermediate_size"] = 96, ["num_hidden_layers"] = 2,
        ["num_attention_heads"] = heads, ["num_key_value_heads"] = keyHeads, ["head_dim"] = headDim,
        ["max_position_embeddings"] = 1024, ["rms_norm_eps"] = 1e-5, ["rope_theta"] = 10_000.0, ["hidden_act"] = "silu",
    };
}
