using Sequitur.Kernels.Elementwise;
using Sequitur.Models.Layers;
using Sequitur.Tensors;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models.Architectures;

/// <summary>GPT-2's configuration, by Hugging Face's keys.</summary>
public sealed record Gpt2Config(ModelConfig Source)
{
    /// <summary>Entries of the vocabulary.</summary>
    public int VocabSize { get; } = Source.GetSize("vocab_size");

    /// <summary>Width of the residual stream.</summary>
    public int NEmbd { get; } = Source.GetSize("n_embd");

    /// <summary>Layers.</summary>
    public int NLayer { get; } = Source.GetCount("n_layer");

    /// <summary>Heads.</summary>
    public int NHead { get; } = Source.GetCount("n_head");

    /// <summary>Entries of the position table: the longest sequence.</summary>
    public int NPositions { get; } = Source.GetSize("n_positions", 1024);

    /// <summary>Width of the feed-forward part.</summary>
    public int NInner { get; } = Source.GetSize("n_inner", checked(4 * Source.GetSize("n_embd")));

    /// <summary>The feed-forward's activation.</summary>
    public UnaryFunction ActivationFunction { get; } = Activations.Of(Source, "activation_function", "gelu_new");

    /// <summary>Added to the variance in norms.</summary>
    public double LayerNormEpsilon { get; } = Source.GetNonNegative("layer_norm_epsilon", 1e-5);

    /// <summary>Whether scores are divided by √head_dim.</summary>
    public bool ScaleAttnWeights { get; } = Source.GetBool("scale_attn_weights", true);

    /// <summary>Whether scores are divided by the layer's number, counted from 1.</summary>
    public bool ScaleAttnByInverseLayerIdx { get; } = Source.GetBool("scale_attn_by_inverse_layer_idx", false);

    /// <summary>Whether the head is the embedding table.</summary>
    public bool TieWordEmbeddings { get; } = Source.GetBool("tie_word_embeddings", true);

    /// <summary>Numbers a head.</summary>
    public int HeadDim => NEmbd / NHead;

    /// <summary>What the scores of a layer are multiplied with.</summary>
    public float ScaleOf(int layer) =>
        (float)((ScaleAttnWeights ? 1 / Math.Sqrt(HeadDim) : 1) / (ScaleAttnByInverseLayerIdx ? layer + 1 : 1));

    /// <summary>Refuses what the family can be asked for and does not do here.</summary>
    /// <exception cref="InvalidModelException">The heads do not divide the width.</exception>
    /// <exception cref="UnsupportedModelException">The configuration asks for such an option.</exception>
    public Gpt2Config Checked()
    {
        foreach (var option in (string[])["reorder_and_upcast_attn", "add_cross_attention"])
        {
            if (Source.GetBool(option, false))
            {
                throw new UnsupportedModelException($"{option} = true in {Source.Origin} is not supported by GPT-2");
            }
        }

        Source.RequireMultiple(("n_embd", NEmbd), ("n_head", NHead));
        return this;
    }
}

/// <summary>Pre-norm decoder: learned positions, LayerNorm, fused multi-head attention with biases, GELU (Radford et al. 2019).</summary>
[Architecture("GPT2LMHeadModel", ModelType = "gpt2", Gguf = "gpt2")]
public sealed class Gpt2 : CausalLanguageModel, IArchitecture
{
    private readonly Gpt2Config _config;
    private readonly EmbeddingTable _tokens;
    private readonly EmbeddingTable _positions;
    private readonly Gpt2Layer[] _layers;
    private readonly LayerNormLayer _norm;
    private readonly Linear _head;

    private Gpt2(Gpt2Config config, WeightScope root)
    {
        // The first published checkpoints have no prefix.
        var weights = root.FirstWith("wte.weight", "transformer", "");
        _config = config;
        _tokens = new(weights["wte"], config.VocabSize, config.NEmbd);
        _positions = new(weights["wpe"], config.NPositions, config.NEmbd);
        _layers = [.. Enumerable.Range(0, config.NLayer).Select(i => new Gpt2Layer(config, i, weights[$"h.{i}"]))];
        _norm = new(weights["ln_f"], config.NEmbd, config.LayerNormEpsilon);
        _head = config.TieWordEmbeddings ? new Linear(_tokens.Weight) : new Linear(root["lm_head"], config.NEmbd, config.VocabSize);
    }

    /// <inheritdoc/>
    public static NameMap Gguf { get; } = new NameMap()
        .Key("n_embd", "embedding_length", required: true)
        .Key("n_inner", "feed_forward_length")
        .Key("n_layer", "block_count", required: true)
        .Key("n_head", "attention.head_count", required: true)
        .Key("n_positions", "context_length")
        .Key("layer_norm_epsilon", "attention.layer_norm_epsilon", required: true)
        .Key("vocab_size", "vocab_size")
        .Derived("tie_word_embeddings", (_, has) => !has("output.weight"))
        .Tensor("lm_head.weight", "output.weight")
        .Tensor("transformer.wte.weight", "token_embd.weight")
        .Tensor("transformer.wpe.weight", "position_embd.weight")
        .Tensor("transformer.ln_f.weight", "output_norm.weight")
        .Tensor("transformer.ln_f.bias", "output_norm.bias")
        .Tensor("transformer.h.{i}.ln_1.weight", "blk.{i}.attn_norm.weight")
        .Tensor("transformer.h.{i}.ln_1.bias", "blk.{i}.attn_norm.bias")
        .Tensor("transformer.h.{i}.attn.c_attn.weight", "blk.{i}.attn_qkv.weight")
        .Tensor("transformer.h.{i}.attn.c_attn.bias", "blk.{i}.attn_qkv.bias")
        .Tensor("transformer.h.{i}.attn.c_proj.weight", "blk.{i}.attn_output.weight")
        .Tensor("transformer.h.{i}.attn.c_proj.bias", "blk.{i}.attn_output.bias")
        .Tensor("transformer.h.{i}.ln_2.weight", "blk.{i}.ffn_norm.weight")
        .Tensor("transformer.h.{i}.ln_2.bias", "blk.{i}.ffn_norm.bias")
        .Tensor("transformer.h.{i}.mlp.c_fc.weight", "blk.{i}.ffn_up.weight")
        .Tensor("transformer.h.{i}.mlp.c_fc.bias", "blk.{i}.ffn_up.bias")
        .Tensor("transformer.h.{i}.mlp.c_proj.weight", "blk.{i}.ffn_down.weight")
        .Tensor("transformer.h.{i}.mlp.c_proj.bias", "blk.{i}.ffn_down.bias");

    /// <inheritdoc/>
    public override int VocabularySize => _config.VocabSize;

    /// <inheritdoc/>
    public override int MaxPositions => _config.NPositions;

    /// <inheritdoc/>
    public override int? PositionLimit => MaxPositions;

    /// <inheritdoc/>
    public override IReadOnlyList<CacheSlot> Caches =>
        [.. _layers.Select((_, i) => new CacheSlot($"layers.{i}.attn", CacheGroup.Full, _config.NHead, _config.HeadDim, _config.HeadDim))];

    /// <inheritdoc/>
    public static Model Create(ModelConfig config, WeightScope weights) =>
        new Gpt2(new Gpt2Config(config).Checked(), weights) { Parameters = weights.Parameters };

    /// <inheritdoc/>
    public override Outputs Forward(Inputs inputs, ForwardContext context)
    {
        var x = context.Name("embed", _tokens.LookUp(inputs.Ids) + _positions.LookUp(inputs.Positions)); // [tokens, embd]
        for (var i = 0; i < _layers.Length; i++)
        {
            x = _layers[i].Forward(x, context.Scope($"layers.{i}"));
        }

        x = context.Name("final_norm", _norm.Apply(x.Gather(inputs.OutputRows)));           // [outputs, embd]
        return new Outputs { [Outputs.Logits] = context.Name("logits", _head.Apply(x)) };   // [outputs, vocabulary]
    }
}

/// <summary>One layer: attention, then the feed-forward part, each behind a norm and added to the stream.</summary>
internal sealed class Gpt2Layer(Gpt2Config config, int layer, WeightScope weights)
{
    private readonly LayerNormLayer _attentionNorm = new(weights["ln_1"], config.NEmbd, config.LayerNormEpsilon);
    private readonly Linear _qkv = Linear.Conv1D(weights["attn.c_attn"], config.NEmbd, 3 * config.NEmbd);
    private readonly Linear _o = Linear.Conv1D(weights["attn.c_proj"], config.NEmbd, config.NEmbd);
    private readonly LayerNormLayer _feedForwardNorm = new(weights["ln_2"], config.NEmbd, config.LayerNormEpsilon);
    private readonly Linear _up = Linear.Conv1D(weights["mlp.c_fc"], config.NEmbd, config.NInner);
    private readonly Linear _down = Linear.Conv1D(weights["mlp.c_proj"], config.NInner, config.NEmbd);

    public Tensor Forward(Tensor x, ForwardContext context)
    {
        x = context.Name("ffn_inp", x + Attention(context.Name("attn_norm", _attentionNorm.Apply(x)), context));
        return context.Name("l_out", x + FeedForward(context.Name("ffn_norm", _feedForwardNorm.Apply(x)), context));
    }

    private Tensor Attention(Tensor x, ForwardContext context)
    {
        var qkv = _qkv.Apply(x);                                                            // [tokens, 3·embd]: all q, all k, all v
        Tensor Part(string name, int index) => context.Name(name, qkv.Slice(index * config.NEmbd, config.NEmbd).Heads(config.NHead));
        var (q, k, v) = (Part("q", 0), Part("k", 1), Part("v", 2));                         // [tokens, heads, head_dim]
        var spec = new AttentionSpec { Scale = config.ScaleOf(layer) };
        var heads = context.Name("attn_heads", context.Attend(q, k, v, spec));
        return context.Name("attn_out", _o.Apply(heads.Flatten()));
    }

    private Tensor FeedForward(Tensor x, ForwardContext context)
    {
        var up = context.Name("ffn_up", _up.Apply(x));                                      // [tokens, inner]
        var act = context.Name("ffn_act", up.Apply(config.ActivationFunction));
        return context.Name("ffn_out", _down.Apply(act));
    }
}
