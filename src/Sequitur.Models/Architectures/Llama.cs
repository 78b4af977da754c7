using Sequitur.Kernels.Elementwise;
using Sequitur.Kernels.Routing;
using Sequitur.Models.Layers;
using Sequitur.Tensors;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models.Architectures;

/// <summary>Llama's and Mixtral's configuration, by Hugging Face's keys.</summary>
public sealed record LlamaConfig(ModelConfig Source)
{
    /// <summary>Entries of the vocabulary.</summary>
    public int VocabSize { get; } = Source.GetSize("vocab_size");

    /// <summary>Width of the residual stream.</summary>
    public int HiddenSize { get; } = Source.GetSize("hidden_size");

    /// <summary>Width of the feed-forward part, or of an expert.</summary>
    public int IntermediateSize { get; } = Source.GetSize("intermediate_size");

    /// <summary>Layers.</summary>
    public int NumHiddenLayers { get; } = Source.GetCount("num_hidden_layers");

    /// <summary>Query heads.</summary>
    public int NumAttentionHeads { get; } = Source.GetCount("num_attention_heads");

    /// <summary>Key and value heads; query heads share them in groups.</summary>
    public int NumKeyValueHeads { get; } = Source.GetCount("num_key_value_heads", Source.GetCount("num_attention_heads"));

    /// <summary>Numbers of a query and of a key.</summary>
    public int HeadDim { get; } = HeadDimOf(Source);

    /// <summary>Numbers of a value.</summary>
    public int ValueHeadDim { get; } = Source.GetSize("v_head_dim", HeadDimOf(Source));

    /// <summary>Numbers of a query and of a key that are turned, the first ones.</summary>
    public int RotaryDim { get; } = Source.GetSize("rotary_dim", HeadDimOf(Source));

    /// <summary>Added to the mean square in norms.</summary>
    public double RmsNormEps { get; } = Source.GetNonNegative("rms_norm_eps", 1e-6);

    /// <summary>The context that the model was made for.</summary>
    public int MaxPositionEmbeddings { get; } = Source.GetSize("max_position_embeddings", 2048);

    /// <summary>Whether the attention's projections have biases.</summary>
    public bool AttentionBias { get; } = Source.GetBool("attention_bias", false);

    /// <summary>Whether its last one has.</summary>
    public bool AttentionOutBias { get; } = Source.GetBool("attention_out_bias", Source.GetBool("attention_bias", false));

    /// <summary>Whether the feed-forward projections have biases.</summary>
    public bool MlpBias { get; } = Source.GetBool("mlp_bias", false);

    /// <summary>Whether the head is the embedding table.</summary>
    public bool TieWordEmbeddings { get; } = Source.GetBool("tie_word_embeddings", false);

    /// <summary>The feed-forward's activation.</summary>
    public UnaryFunction HiddenAct { get; } = Activations.Of(Source, "hidden_act", "silu");

    /// <summary>Experts of a layer; 0 where the feed-forward part is dense.</summary>
    public int NumLocalExperts { get; } = Source.GetCount("num_local_experts", 0, least: 0);

    /// <summary>How experts are chosen: their weights are a softmax over the chosen ones' scores, which is that over all, made to sum to 1.</summary>
    public RouterOptions Routing { get; } = new() { ExpertsPerToken = Source.GetCount("num_experts_per_tok", 2, least: 0), Renormalise = true };

    /// <summary>Rotary frequencies.</summary>
    public RopeSet Rope { get; } = new(
        "main",
        Source.GetSize("rotary_dim", HeadDimOf(Source)),
        new RopeScaling(Source.GetRope(10_000), Source.GetSize("max_position_embeddings", 2048)));

    // Where the key is absent the width is shared out; `Checked` sees to it that nothing is left over.
    private static int HeadDimOf(ModelConfig source) =>
        source.GetSize("head_dim", Math.Max(1, source.GetSize("hidden_size") / source.GetCount("num_attention_heads")));

    /// <summary>The configuration, if its sizes fit one another and it asks for nothing that the family does not do here.</summary>
    /// <exception cref="InvalidModelException">They do not.</exception>
    /// <exception cref="UnsupportedModelException">It does.</exception>
    public LlamaConfig Checked()
    {
        if (!Source.Has("head_dim"))
        {
            Source.RequireMultiple(("hidden_size", HiddenSize), ("num_attention_heads", NumAttentionHeads));
        }

        Source.RequireHeads(("num_attention_heads", NumAttentionHeads), ("num_key_value_heads", NumKeyValueHeads), ("head_dim", HeadDim));
        Source.RequireProduct(("num_attention_heads", NumAttentionHeads), ("v_head_dim", ValueHeadDim));
        Source.RequireEven(Source.Has("rotary_dim") ? "rotary_dim" : "head_dim", RotaryDim);
        Source.Require(RotaryDim <= HeadDim, $"{Source.Spelling("rotary_dim")} {RotaryDim} is more than the {HeadDim} numbers of a head ({Source.Spelling("head_dim")})");
        CheckExperts();
        return this;
    }

    private void CheckExperts()
    {
        var (used, count) = ($"{Source.Spelling("num_experts_per_tok")} {Routing.ExpertsPerToken}", $"{Source.Spelling("num_local_experts")} {NumLocalExperts}");
        Source.Require(NumLocalExperts == 0 || (Routing.ExpertsPerToken >= 1 && Routing.ExpertsPerToken <= NumLocalExperts), $"{used} must be from 1 to {count}");
        if (NumLocalExperts > 0 && Source.Has("sliding_window"))
        {
            throw new UnsupportedModelException($"sliding_window in {Source.Origin} is not supported by Mixtral (null is)");
        }
    }
}

/// <summary>
/// Pre-norm decoder: RMSNorm, RoPE, grouped-query attention, SwiGLU (Touvron et al. 2023); Mixtral (Jiang et al. 2024, arXiv:2401.04088) has experts in place of the feed-forward part.
/// </summary>
[Architecture("LlamaForCausalLM", ModelType = "llama", Gguf = "llama")]
[Architecture("MixtralForCausalLM", ModelType = "mixtral")]
public sealed class Llama : CausalLanguageModel, IArchitecture
{
    private readonly LlamaConfig _config;
    private readonly EmbeddingTable _embedding;
    private readonly LlamaLayer[] _layers;
    private readonly RmsNormLayer _norm;
    private readonly Linear _head;

    private Llama(LlamaConfig config, WeightScope weights)
    {
        _config = config;
        _embedding = new(weights["model.embed_tokens"], config.VocabSize, config.HiddenSize);
        _layers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(i => new LlamaLayer(config, weights[$"model.layers.{i}"]))];
        _norm = new(weights["model.norm"], config.HiddenSize, config.RmsNormEps);
        _head = config.TieWordEmbeddings || !weights.Contains("lm_head.weight")
            ? new Linear(_embedding.Weight)
            : new Linear(weights["lm_head"], config.HiddenSize, config.VocabSize);
    }

    /// <inheritdoc/>
    public static NameMap Gguf { get; } = new NameMap()
        .Key("hidden_size", "embedding_length", required: true)
        .Key("intermediate_size", "feed_forward_length", required: true)
        .Key("num_hidden_layers", "block_count", required: true)
        .Key("num_attention_heads", "attention.head_count", required: true)
        .Key("num_key_value_heads", "attention.head_count_kv")
        .Key("head_dim", "attention.key_length")
        .Key("v_head_dim", "attention.value_length")
        .Key("rms_norm_eps", "attention.layer_norm_rms_epsilon", required: true)
        .Key("max_position_embeddings", "context_length")
        .Key("rope_theta", "rope.freq_base")
        .Key("rotary_dim", "rope.dimension_count")
        .Key("num_local_experts", "expert_count")
        .Key("num_experts_per_tok", "expert_used_count")
        .Key("vocab_size", "vocab_size")
        .Derived("num_experts_per_tok", (_, _) => 0)
        .Derived("attention_bias", (_, has) => has("blk.0.attn_q.bias"))
        .Derived("attention_out_bias", (_, has) => has("blk.0.attn_output.bias"))
        .Derived("mlp_bias", (_, has) => has("blk.0.ffn_gate.bias"))
        .Tensor("model.embed_tokens.weight", "token_embd.weight")
        .Tensor("model.norm.weight", "output_norm.weight")
        .Tensor("lm_head.weight", "output.weight")
        .Tensor("model.layers.{i}.input_layernorm.weight", "blk.{i}.attn_norm.weight")
        .Tensor("model.layers.{i}.post_attention_layernorm.weight", "blk.{i}.ffn_norm.weight")
        .Tensor("model.layers.{i}.self_attn.q_proj.weight", "blk.{i}.attn_q.weight", QueryPairs)
        .Tensor("model.layers.{i}.self_attn.q_proj.bias", "blk.{i}.attn_q.bias", QueryPairs)
        .Tensor("model.layers.{i}.self_attn.k_proj.weight", "blk.{i}.attn_k.weight", KeyPairs)
        .Tensor("model.layers.{i}.self_attn.k_proj.bias", "blk.{i}.attn_k.bias", KeyPairs)
        .Tensor("model.layers.{i}.self_attn.v_proj.weight", "blk.{i}.attn_v.weight")
        .Tensor("model.layers.{i}.self_attn.v_proj.bias", "blk.{i}.attn_v.bias")
        .Tensor("model.layers.{i}.self_attn.o_proj.weight", "blk.{i}.attn_output.weight")
        .Tensor("model.layers.{i}.self_attn.o_proj.bias", "blk.{i}.attn_output.bias")
        .Tensor("model.layers.{i}.mlp.gate_proj.weight", "blk.{i}.ffn_gate.weight")
        .Tensor("model.layers.{i}.mlp.gate_proj.bias", "blk.{i}.ffn_gate.bias")
        .Tensor("model.layers.{i}.mlp.up_proj.weight", "blk.{i}.ffn_up.weight")
        .Tensor("model.layers.{i}.mlp.up_proj.bias", "blk.{i}.ffn_up.bias")
        .Tensor("model.layers.{i}.mlp.down_proj.weight", "blk.{i}.ffn_down.weight")
        .Tensor("model.layers.{i}.mlp.down_proj.bias", "blk.{i}.ffn_down.bias")
        .Tensor("model.layers.{i}.block_sparse_moe.gate.weight", "blk.{i}.ffn_gate_inp.weight")
        .Tensor("model.layers.{i}.block_sparse_moe.experts.{0}.w1.weight", "blk.{i}.ffn_gate_exps.weight")
        .Tensor("model.layers.{i}.block_sparse_moe.experts.{0}.w3.weight", "blk.{i}.ffn_up_exps.weight")
        .Tensor("model.layers.{i}.block_sparse_moe.experts.{0}.w2.weight", "blk.{i}.ffn_down_exps.weight")
        .Tensor("model.layers.{i}.block_sparse_moe.experts.{e}.w1.weight", "blk.{i}.ffn_gate.{e}.weight")
        .Tensor("model.layers.{i}.block_sparse_moe.experts.{e}.w3.weight", "blk.{i}.ffn_up.{e}.weight")
        .Tensor("model.layers.{i}.block_sparse_moe.experts.{e}.w2.weight", "blk.{i}.ffn_down.{e}.weight");

    /// <inheritdoc/>
    public override int VocabularySize => _config.VocabSize;

    /// <inheritdoc/>
    public override int MaxPositions => _config.MaxPositionEmbeddings;

    /// <inheritdoc/>
    public override IReadOnlyList<RopeSet> RopeSets => [_config.Rope];

    /// <inheritdoc/>
    public override IReadOnlyList<CacheSlot> Caches =>
        [.. _layers.Select((_, i) => new CacheSlot($"layers.{i}.attn", CacheGroup.Full, _config.NumKeyValueHeads, _config.HeadDim, _config.ValueHeadDim))];

    /// <inheritdoc/>
    public static Model Create(ModelConfig config, WeightScope weights) =>
        new Llama(new LlamaConfig(config).Checked(), weights) { Parameters = weights.Parameters };

    /// <inheritdoc/>
    public override Outputs Forward(Inputs inputs, ForwardContext context)
    {
        var x = context.Name("embed", _embedding.LookUp(inputs.Ids));                       // [tokens, hidden]
        for (var i = 0; i < _layers.Length; i++)
        {
            x = _layers[i].Forward(x, context.Scope($"layers.{i}"));
        }

        x = context.Name("final_norm", _norm.Apply(x.Gather(inputs.OutputRows)));           // [outputs, hidden]
        return new Outputs { [Outputs.Logits] = context.Name("logits", _head.Apply(x)) };   // [outputs, vocabulary]
    }

    private static int[] QueryPairs(ModelConfig config, int rows) => Pairs(config, rows, config.GetInt("num_attention_heads"));

    private static int[] KeyPairs(ModelConfig config, int rows) => Pairs(config, rows, config.GetInt("num_key_value_heads", config.GetInt("num_attention_heads")));

    private static int[] Pairs(ModelConfig config, int rows, int heads) => NameMap.NeighbouringPairs(rows, heads, config.GetInt("rotary_dim", rows / heads));
}

/// <summary>One layer: attention, then the gated feed-forward part or experts, each behind a norm and added to the stream.</summary>
internal sealed class LlamaLayer(LlamaConfig config, WeightScope weights)
{
    private readonly RmsNormLayer _attentionNorm = new(weights["input_layernorm"], config.HiddenSize, config.RmsNormEps);
    private readonly Linear _q = new(weights["self_attn.q_proj"], config.HiddenSize, config.NumAttentionHeads * config.HeadDim, config.AttentionBias);
    private readonly Linear _k = new(weights["self_attn.k_proj"], config.HiddenSize, config.NumKeyValueHeads * config.HeadDim, config.AttentionBias);
    private readonly Linear _v = new(weights["self_attn.v_proj"], config.HiddenSize, config.NumKeyValueHeads * config.ValueHeadDim, config.AttentionBias);
    private readonly Linear _o = new(weights["self_attn.o_proj"], config.NumAttentionHeads * config.ValueHeadDim, config.HiddenSize, config.AttentionOutBias);
    private readonly RmsNormLayer _feedForwardNorm = new(weights["post_attention_layernorm"], config.HiddenSize, config.RmsNormEps);
    private readonly GatedFeedForward? _dense = config.NumLocalExperts > 0 ? null : new(weights["mlp"], config.HiddenSize, config.IntermediateSize, config.HiddenAct, config.MlpBias);
    private readonly SoftmaxExperts? _experts = config.NumLocalExperts == 0 ? null
        : new(weights["block_sparse_moe"], config.Routing, config.NumLocalExperts, config.HiddenSize, config.IntermediateSize, config.HiddenAct, ("w1", "w3", "w2"));

    public Tensor Forward(Tensor x, ForwardContext context)
    {
        x = context.Name("ffn_inp", x + Attention(context.Name("attn_norm", _attentionNorm.Apply(x)), context));
        var normed = context.Name("ffn_norm", _feedForwardNorm.Apply(x));
        return context.Name("l_out", x + context.Name("ffn_out", _dense?.Apply(normed, context) ?? _experts!.Apply(normed, context)));
    }

    private Tensor Attention(Tensor x, ForwardContext context)
    {
        var table = context.RopeTable(config.Rope);
        var q = context.Name("q", _q.Apply(x).Heads(config.NumAttentionHeads));             // [tokens, heads, head_dim]
        var k = context.Name("k", _k.Apply(x).Heads(config.NumKeyValueHeads));              // [tokens, kv_heads, head_dim]
        var v = context.Name("v", _v.Apply(x).Heads(config.NumKeyValueHeads));
        q = context.Name("q_rope", q.Rope(table));
        k = context.Name("k_rope", k.Rope(table));
        var spec = new AttentionSpec { Scale = 1 / MathF.Sqrt(config.HeadDim) };
        var heads = context.Name("attn_heads", context.Attend(q, k, v, spec));
        return context.Name("attn_out", _o.Apply(heads.Flatten()));
    }
}
