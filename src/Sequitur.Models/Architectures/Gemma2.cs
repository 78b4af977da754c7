using Sequitur.Kernels.Elementwise;
using Sequitur.Models.Layers;
using Sequitur.Tensors;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models.Architectures;

/// <summary>Gemma 2's configuration, by Hugging Face's keys.</summary>
public sealed record Gemma2Config(ModelConfig Source)
{
    /// <summary>Entries of the vocabulary.</summary>
    public int VocabSize { get; } = Source.GetSize("vocab_size");

    /// <summary>Width of the residual stream.</summary>
    public int HiddenSize { get; } = Source.GetSize("hidden_size");

    /// <summary>Width of the feed-forward part.</summary>
    public int IntermediateSize { get; } = Source.GetSize("intermediate_size");

    /// <summary>Layers.</summary>
    public int NumHiddenLayers { get; } = Source.GetCount("num_hidden_layers");

    /// <summary>Query heads.</summary>
    public int NumAttentionHeads { get; } = Source.GetCount("num_attention_heads");

    /// <summary>Key and value heads; query heads share them in groups.</summary>
    public int NumKeyValueHeads { get; } = Source.GetCount("num_key_value_heads");

    /// <summary>Numbers a head.</summary>
    public int HeadDim { get; } = Source.GetSize("head_dim", 256);

    /// <summary>Added to the mean square in norms.</summary>
    public double RmsNormEps { get; } = Source.GetNonNegative("rms_norm_eps", 1e-6);

    /// <summary>The context that the model was made for.</summary>
    public int MaxPositionEmbeddings { get; } = Source.GetSize("max_position_embeddings", 8192);

    /// <summary>Scores are divided by its square root, whatever the size of a head.</summary>
    public double QueryPreAttnScalar { get; } = Source.GetPositive("query_pre_attn_scalar", 256);

    /// <summary>How many positions the windowed layers see, the row's own included.</summary>
    public int SlidingWindow { get; } = Source.GetSize("sliding_window", 4096);

    /// <summary>Soft cap of the attention's scores; null for none.</summary>
    public double? AttnLogitSoftcapping { get; } = Cap(Source, "attn_logit_softcapping", 50);

    /// <summary>Soft cap of the logits; null for none.</summary>
    public double? FinalLogitSoftcapping { get; } = Cap(Source, "final_logit_softcapping", 30);

    /// <summary>Whether the attention's projections have biases.</summary>
    public bool AttentionBias { get; } = Source.GetBool("attention_bias", false);

    /// <summary>Whether the head is the embedding table.</summary>
    public bool TieWordEmbeddings { get; } = Source.GetBool("tie_word_embeddings", true);

    /// <summary>The feed-forward's activation.</summary>
    public UnaryFunction HiddenActivation { get; } = Activations.Of(Source, "hidden_activation", "gelu_pytorch_tanh");

    /// <summary>Rotary frequencies.</summary>
    public RopeSet Rope { get; } = new(
        "main", Source.GetSize("head_dim", 256), new RopeScaling(Source.GetRope(10_000), Source.GetSize("max_position_embeddings", 8192)));

    /// <summary><c>sliding_attention</c> or <c>full_attention</c> for each layer; they alternate, beginning with a window, unless the file says otherwise.</summary>
    public IReadOnlyList<string> LayerTypes { get; } = Source.Has("layer_types")
        ? Source.GetStringList("layer_types")
        : [.. Enumerable.Range(0, Source.GetCount("num_hidden_layers")).Select(i => i % 2 == 0 ? "sliding_attention" : "full_attention")];

    /// <summary>The window of a layer; 0 where it sees everything.</summary>
    /// <exception cref="InvalidModelException">The file gives no type for that layer.</exception>
    /// <exception cref="UnsupportedModelException">The type is unknown.</exception>
    public int WindowOf(int layer) => layer >= LayerTypes.Count
        ? throw new InvalidModelException($"layer_types in {Source.Origin} has {LayerTypes.Count} entries for {NumHiddenLayers} layers")
        : LayerTypes[layer] switch
        {
            "sliding_attention" => SlidingWindow,
            "full_attention" => 0,
            var other => throw new UnsupportedModelException($"layer type '{other}' in {Source.Origin} is not supported by Gemma 2"),
        };

    /// <summary>The configuration, if its sizes fit one another.</summary>
    /// <exception cref="InvalidModelException">They do not.</exception>
    public Gemma2Config Checked()
    {
        Source.RequireHeads(("num_attention_heads", NumAttentionHeads), ("num_key_value_heads", NumKeyValueHeads), ("head_dim", HeadDim));
        Source.RequireEven("head_dim", HeadDim);
        return this;
    }

    // A cap that is there and null switches it off; one that is not there is the default.
    private static double? Cap(ModelConfig source, string key, double absent) =>
        source.Has(key) ? source.GetPositive(key) : source.Keys.Contains(key) ? null : absent;
}

/// <summary>
/// Gemma 2 (Gemma Team 2024): norms before and after each part of a layer, windowed and full layers in turn, soft caps on scores and logits, GeGLU, tied head.
/// </summary>
[Architecture("Gemma2ForCausalLM", ModelType = "gemma2", Gguf = "gemma2")]
public sealed class Gemma2 : CausalLanguageModel, IArchitecture
{
    private readonly Gemma2Config _config;
    private readonly EmbeddingTable _embedding;
    private readonly Gemma2Layer[] _layers;
    private readonly RmsNormLayer _norm;
    private readonly Linear _head;

    private Gemma2(Gemma2Config config, WeightScope weights)
    {
        _config = config;
        _embedding = new(weights["model.embed_tokens"], config.VocabSize, config.HiddenSize);
        _layers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(i => new Gemma2Layer(config, config.WindowOf(i), weights[$"model.layers.{i}"]))];
        _norm = Gemma2Layer.Norm(config, weights["model.norm"]);
        _head = config.TieWordEmbeddings ? new Linear(_embedding.Weight) : new Linear(weights["lm_head"], config.HiddenSize, config.VocabSize);
    }

    /// <inheritdoc/>
    public static NameMap Gguf { get; } = new NameMap()
        .Key("hidden_size", "embedding_length", required: true)
        .Key("intermediate_size", "feed_forward_length", required: true)
        .Key("num_hidden_layers", "block_count", required: true)
        .Key("num_attention_heads", "attention.head_count", required: true)
        .Key("num_key_value_heads", "attention.head_count_kv")
        .Key("head_dim", "attention.key_length")
        .Key("rms_norm_eps", "attention.layer_norm_rms_epsilon", required: true)
        .Key("max_position_embeddings", "context_length")
        .Key("sliding_window", "attention.sliding_window")
        .Key("attn_logit_softcapping", "attn_logit_softcapping")
        .Key("final_logit_softcapping", "final_logit_softcapping")
        .Key("rope_theta", "rope.freq_base")
        .Key("vocab_size", "vocab_size")
        .Derived("num_key_value_heads", (c, _) => c.GetCount("num_attention_heads"))
        .Derived("head_dim", (c, _) => Math.Max(1, c.GetSize("hidden_size") / c.GetCount("num_attention_heads")))
        .Derived("query_pre_attn_scalar", (c, _) => ScalarOf(c))
        .Derived("tie_word_embeddings", (_, has) => !has("output.weight"))
        .Tensor("model.embed_tokens.weight", "token_embd.weight")
        .Tensor("model.norm.weight", "output_norm.weight", added: 1)
        .Tensor("lm_head.weight", "output.weight")
        .Tensor("model.layers.{i}.input_layernorm.weight", "blk.{i}.attn_norm.weight", added: 1)
        .Tensor("model.layers.{i}.post_attention_layernorm.weight", "blk.{i}.post_attention_norm.weight", added: 1)
        .Tensor("model.layers.{i}.pre_feedforward_layernorm.weight", "blk.{i}.ffn_norm.weight", added: 1)
        .Tensor("model.layers.{i}.post_feedforward_layernorm.weight", "blk.{i}.post_ffw_norm.weight", added: 1)
        .Tensor("model.layers.{i}.self_attn.q_proj.weight", "blk.{i}.attn_q.weight")
        .Tensor("model.layers.{i}.self_attn.k_proj.weight", "blk.{i}.attn_k.weight")
        .Tensor("model.layers.{i}.self_attn.v_proj.weight", "blk.{i}.attn_v.weight")
        .Tensor("model.layers.{i}.self_attn.o_proj.weight", "blk.{i}.attn_output.weight")
        .Tensor("model.layers.{i}.mlp.gate_proj.weight", "blk.{i}.ffn_gate.weight")
        .Tensor("model.layers.{i}.mlp.up_proj.weight", "blk.{i}.ffn_up.weight")
        .Tensor("model.layers.{i}.mlp.down_proj.weight", "blk.{i}.ffn_down.weight");

    /// <inheritdoc/>
    public override int VocabularySize => _config.VocabSize;

    /// <inheritdoc/>
    public override int MaxPositions => _config.MaxPositionEmbeddings;

    /// <inheritdoc/>
    public override IReadOnlyList<RopeSet> RopeSets => [_config.Rope];

    /// <inheritdoc/>
    public override IReadOnlyList<CacheSlot> Caches => [.. _layers.Select((layer, i) => layer.Cache($"layers.{i}.attn"))];

    /// <inheritdoc/>
    public static Model Create(ModelConfig config, WeightScope weights) =>
        new Gemma2(new Gemma2Config(config).Checked(), weights) { Parameters = weights.Parameters };

    /// <inheritdoc/>
    public override Outputs Forward(Inputs inputs, ForwardContext context)
    {
        var scale = (float)Math.Sqrt(_config.HiddenSize);
        var x = context.Name("embed", _embedding.LookUp(inputs.Ids).Scale(scale));          // [tokens, hidden]
        for (var i = 0; i < _layers.Length; i++)
        {
            x = _layers[i].Forward(x, context.Scope($"layers.{i}"));
        }

        x = context.Name("final_norm", _norm.Apply(x.Gather(inputs.OutputRows)));           // [outputs, hidden]
        var logits = context.Name("raw_logits", _head.Apply(x));                            // [outputs, vocabulary]
        logits = _config.FinalLogitSoftcapping is { } cap ? logits.Apply(Unary.SoftCap((float)cap)) : logits;
        return new Outputs { [Outputs.Logits] = context.Name("logits", logits) };
    }

    // GGUF does not store it: it is the size of a head, but for the model of 27 billion weights, which alone has this many layers, where it is the width by head.
    private static int ScalarOf(ModelConfig config)
    {
        const int LayersOf27B = 46;
        return config.GetCount("num_hidden_layers") == LayersOf27B
            ? Math.Max(1, config.GetSize("hidden_size") / config.GetCount("num_attention_heads"))
            : config.GetSize("head_dim");
    }
}

/// <summary>One layer: attention, then GeGLU, each between two norms and added to the stream.</summary>
internal sealed class Gemma2Layer(Gemma2Config config, int window, WeightScope weights)
{
    private readonly RmsNormLayer _attentionNorm = Norm(config, weights["input_layernorm"]);
    private readonly Linear _q = new(weights["self_attn.q_proj"], config.HiddenSize, config.NumAttentionHeads * config.HeadDim, config.AttentionBias);
    private readonly Linear _k = new(weights["self_attn.k_proj"], config.HiddenSize, config.NumKeyValueHeads * config.HeadDim, config.AttentionBias);
    private readonly Linear _v = new(weights["self_attn.v_proj"], config.HiddenSize, config.NumKeyValueHeads * config.HeadDim, config.AttentionBias);
    private readonly Linear _o = new(weights["self_attn.o_proj"], config.NumAttentionHeads * config.HeadDim, config.HiddenSize, config.AttentionBias);
    private readonly RmsNormLayer _afterAttention = Norm(config, weights["post_attention_layernorm"]);
    private readonly RmsNormLayer _feedForwardNorm = Norm(config, weights["pre_feedforward_layernorm"]);
    private readonly GatedFeedForward _feedForward = new(weights["mlp"], config.HiddenSize, config.IntermediateSize, config.HiddenActivation);
    private readonly RmsNormLayer _afterFeedForward = Norm(config, weights["post_feedforward_layernorm"]);

    // Scores are scaled, capped, and then masked by the window.
    private readonly AttentionSpec _spec = new()
    {
        Scale = (float)(1 / Math.Sqrt(config.QueryPreAttnScalar)),
        Window = window,
        Terms = config.AttnLogitSoftcapping is { } cap ? [new SoftCapTerm((float)cap)] : [],
    };

    // Checkpoints store the norm's weight minus 1.
    public static RmsNormLayer Norm(Gemma2Config config, WeightScope weights) => new(weights, config.HiddenSize, config.RmsNormEps, offset: 1);

    public CacheSlot Cache(string name) =>
        new(name, window > 0 ? CacheGroup.Windowed(window) : CacheGroup.Full, config.NumKeyValueHeads, config.HeadDim, config.HeadDim);

    public Tensor Forward(Tensor x, ForwardContext context)
    {
        x = context.Name("ffn_inp", x + Attention(context.Name("attn_norm", _attentionNorm.Apply(x)), context));
        var proj = context.Name("ffn_proj", _feedForward.Apply(context.Name("ffn_norm", _feedForwardNorm.Apply(x)), context));
        return context.Name("l_out", x + context.Name("ffn_out", _afterFeedForward.Apply(proj)));
    }

    private Tensor Attention(Tensor x, ForwardContext context)
    {
        var table = context.RopeTable(config.Rope);
        var q = context.Name("q", _q.Apply(x).Heads(config.NumAttentionHeads));             // [tokens, heads, head_dim]
        var k = context.Name("k", _k.Apply(x).Heads(config.NumKeyValueHeads));              // [tokens, kv_heads, head_dim]
        var v = context.Name("v", _v.Apply(x).Heads(config.NumKeyValueHeads));
        q = context.Name("q_rope", q.Rope(table));
        k = context.Name("k_rope", k.Rope(table));
        var heads = context.Name("attn_heads", context.Attend(q, k, v, _spec));
        var proj = context.Name("attn_proj", _o.Apply(heads.Flatten()));                    // [tokens, hidden]
        return context.Name("attn_out", _afterAttention.Apply(proj));
    }
}
