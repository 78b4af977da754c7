using Sequitur.Kernels.Elementwise;
using Sequitur.Models.Layers;
using Sequitur.Tensors;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models.Architectures;

/// <summary>T5's configuration, by Hugging Face's keys.</summary>
public sealed record T5Config(ModelConfig Source)
{
    /// <summary>Entries of the vocabulary.</summary>
    public int VocabSize { get; } = Source.GetSize("vocab_size");

    /// <summary>Width of the residual streams.</summary>
    public int DModel { get; } = Source.GetSize("d_model");

    /// <summary>Numbers a head.</summary>
    public int DKv { get; } = Source.GetSize("d_kv");

    /// <summary>Width of the feed-forward parts.</summary>
    public int DFf { get; } = Source.GetSize("d_ff");

    /// <summary>Layers of the encoder.</summary>
    public int NumLayers { get; } = Source.GetCount("num_layers");

    /// <summary>Layers of the decoder.</summary>
    public int NumDecoderLayers { get; } = Source.GetCount("num_decoder_layers", Source.GetCount("num_layers"));

    /// <summary>Heads.</summary>
    public int NumHeads { get; } = Source.GetCount("num_heads");

    /// <summary>Buckets of relative positions; both directions together in the encoder.</summary>
    public int RelativeAttentionNumBuckets { get; } = Source.GetCount("relative_attention_num_buckets", 32);

    /// <summary>From this distance on all positions share a bucket.</summary>
    public int RelativeAttentionMaxDistance { get; } = Source.GetSize("relative_attention_max_distance", 128);

    /// <summary>Added to the mean square in norms.</summary>
    public double LayerNormEpsilon { get; } = Source.GetNonNegative("layer_norm_epsilon", 1e-6);

    /// <summary>The longest sequence in training; positions are relative, so nothing limits it to that.</summary>
    public int NPositions { get; } = Source.GetSize("n_positions", 512);

    /// <summary>Whether the head is the embedding table.</summary>
    public bool TieWordEmbeddings { get; } = Source.GetBool("tie_word_embeddings", true);

    /// <summary>Whether the decoder's output is divided by √d_model before a tied head; version 1.1 does not.</summary>
    public bool ScaleDecoderOutputs { get; } = Source.GetBool("scale_decoder_outputs", Source.GetBool("tie_word_embeddings", true));

    /// <summary>Whether the feed-forward part is gated: <c>feed_forward_proj</c> begins with <c>gated-</c>.</summary>
    public bool IsGatedAct { get; } = Source.GetString("feed_forward_proj", "relu").StartsWith("gated-", StringComparison.Ordinal);

    /// <summary>The activation that <c>feed_forward_proj</c> names; <c>gated-gelu</c> means the tanh form.</summary>
    public UnaryFunction DenseActFn { get; } = Activations.Of(
        Source, "feed_forward_proj", "relu", name => name == "gated-gelu" ? "gelu_new" : name.Replace("gated-", "", StringComparison.Ordinal));

    /// <summary>The configuration, if its buckets are possible.</summary>
    public static T5Config Read(ModelConfig source)
    {
        var config = new T5Config(source);
        source.RequireProduct(("num_heads", config.NumHeads), ("d_kv", config.DKv));
        source.Require(
            config.RelativeAttentionNumBuckets is >= 4 and <= 1024 && config.RelativeAttentionMaxDistance > config.RelativeAttentionNumBuckets / 2,
            $"relative_attention_num_buckets {config.RelativeAttentionNumBuckets} up to relative_attention_max_distance {config.RelativeAttentionMaxDistance} is impossible");
        return config;
    }
}

/// <summary>
/// T5 (Raffel et al. 2020): an encoder and a decoder with biases by relative position, one table for each stack, and unscaled scores. Encoding leaves the cross-attention's keys and values
/// of every decoder layer in slots of their own; decoding reads them.
/// </summary>
[Architecture("T5ForConditionalGeneration", ModelType = "t5")]
public sealed class T5 : Model, IArchitecture
{
    private readonly T5Config _config;
    private readonly EmbeddingTable _embedding;
    private readonly T5EncoderLayer[] _encoder;
    private readonly Parameter _encoderBias;
    private readonly RmsNormLayer _encoderNorm;
    private readonly T5DecoderLayer[] _decoder;
    private readonly Parameter _decoderBias;
    private readonly RmsNormLayer _decoderNorm;
    private readonly Linear _head;

    private T5(T5Config config, WeightScope weights)
    {
        _config = config;
        _embedding = new(weights["shared"], config.VocabSize, config.DModel);
        _encoder = [.. Enumerable.Range(0, config.NumLayers).Select(i => new T5EncoderLayer(config, weights[$"encoder.block.{i}"]))];
        _encoderBias = weights["encoder.block.0.layer.0.SelfAttention.relative_attention_bias"].Matrix("weight", config.RelativeAttentionNumBuckets, config.NumHeads);
        _encoderNorm = new(weights["encoder.final_layer_norm"], config.DModel, config.LayerNormEpsilon);
        _decoder = [.. Enumerable.Range(0, config.NumDecoderLayers).Select(i => new T5DecoderLayer(config, weights[$"decoder.block.{i}"]))];
        _decoderBias = weights["decoder.block.0.layer.0.SelfAttention.relative_attention_bias"].Matrix("weight", config.RelativeAttentionNumBuckets, config.NumHeads);
        _decoderNorm = new(weights["decoder.final_layer_norm"], config.DModel, config.LayerNormEpsilon);

        // A tied head is the only one that follows scaling. Files of version 1.1 have a head of their own, even some that say it is tied.
        var isTied = config.TieWordEmbeddings && (config.ScaleDecoderOutputs || !weights.Contains("lm_head.weight"));
        _head = isTied ? new Linear(_embedding.Weight) : new Linear(weights["lm_head"], config.DModel, config.VocabSize);
    }

    /// <summary>Source ids <c>[source_tokens]</c> → the encoder's states, and the cross-attention's keys and values.</summary>
    public static Phase Encode { get; } = new("encode", "source_tokens");

    /// <summary>Target ids <c>[tokens]</c>, beginning with the start token → logits.</summary>
    public static Phase Decode { get; } = new("decode", "tokens");

    /// <inheritdoc/>
    public override IReadOnlyList<Phase> Phases => [Encode, Decode];

    /// <inheritdoc/>
    public override int VocabularySize => _config.VocabSize;

    /// <inheritdoc/>
    public override int MaxPositions => _config.NPositions;

    /// <inheritdoc/>
    public override IReadOnlyList<CacheSlot> Caches => [.. Enumerable.Range(0, _config.NumDecoderLayers).SelectMany(i => (CacheSlot[])
    [
        new($"decoder.layers.{i}.attn", CacheGroup.Full, _config.NumHeads, _config.DKv, _config.DKv),
        new($"decoder.layers.{i}.cross", CacheGroup.Cross, _config.NumHeads, _config.DKv, _config.DKv),
    ])];

    /// <inheritdoc/>
    public static Model Create(ModelConfig config, WeightScope weights) =>
        new T5(T5Config.Read(config), weights) { Parameters = weights.Parameters };

    /// <inheritdoc/>
    public override Outputs Forward(Inputs inputs, ForwardContext context) => context.Phase == Encode ? RunEncoder(inputs, context) : RunDecoder(inputs, context);

    private Outputs RunEncoder(Inputs inputs, ForwardContext context)
    {
        var scope = context.Scope("encoder");
        var spec = SelfAttention(context.Graph.Parameter(_encoderBias), causal: false);
        var x = scope.Name("embed", _embedding.LookUp(inputs.Ids));                         // [source_tokens, d_model]
        for (var i = 0; i < _encoder.Length; i++)
        {
            x = _encoder[i].Forward(x, spec, scope.Scope($"layers.{i}"));
        }

        x = scope.Name("final_norm", _encoderNorm.Apply(x));
        for (var i = 0; i < _decoder.Length; i++)
        {
            _decoder[i].Cross.StoreSource(x, context.Scope($"decoder.layers.{i}"));
        }

        return new Outputs { ["encoder.final_norm"] = x };
    }

    private Outputs RunDecoder(Inputs inputs, ForwardContext context)
    {
        var scope = context.Scope("decoder");
        var spec = SelfAttention(context.Graph.Parameter(_decoderBias), causal: true);
        var x = scope.Name("embed", _embedding.LookUp(inputs.Ids));                         // [tokens, d_model]
        for (var i = 0; i < _decoder.Length; i++)
        {
            x = _decoder[i].Forward(x, spec, scope.Scope($"layers.{i}"));
        }

        x = scope.Name("final_norm", _decoderNorm.Apply(x.Gather(inputs.OutputRows)));      // [outputs, d_model]
        x = _config.ScaleDecoderOutputs ? x.Scale((float)(1 / Math.Sqrt(_config.DModel))) : x;
        return new Outputs { [Outputs.Logits] = context.Name("logits", _head.Apply(x)) };   // [outputs, vocabulary]
    }

    private AttentionSpec SelfAttention(Tensor table, bool causal) =>
        new() { Scale = 1, Causal = causal, Terms = [new RelativeBiasTerm(table, _config.RelativeAttentionMaxDistance, bidirectional: !causal)] };
}

/// <summary>A layer of the encoder: attention in both directions, then the feed-forward part, each behind a norm and added to the stream.</summary>
internal sealed class T5EncoderLayer(T5Config config, WeightScope weights)
{
    private readonly RmsNormLayer _norm = new(weights["layer.0.layer_norm"], config.DModel, config.LayerNormEpsilon);
    private readonly T5Attention _self = new(config, weights["layer.0.SelfAttention"]);
    private readonly T5FeedForward _feedForward = new(config, weights["layer.1"]);

    public Tensor Forward(Tensor x, AttentionSpec spec, ForwardContext context)
    {
        x = context.Name("ffn_inp", x + _self.Self(context.Name("attn_norm", _norm.Apply(x)), spec, slot: null, context));
        return context.Name("l_out", x + _feedForward.Forward(x, context));
    }
}

/// <summary>A layer of the decoder: causal attention, attention over the source, then the feed-forward part.</summary>
internal sealed class T5DecoderLayer(T5Config config, WeightScope weights)
{
    private readonly RmsNormLayer _norm = new(weights["layer.0.layer_norm"], config.DModel, config.LayerNormEpsilon);
    private readonly T5Attention _self = new(config, weights["layer.0.SelfAttention"]);
    private readonly RmsNormLayer _crossNorm = new(weights["layer.1.layer_norm"], config.DModel, config.LayerNormEpsilon);
    private readonly T5FeedForward _feedForward = new(config, weights["layer.2"]);

    public T5Attention Cross { get; } = new(config, weights["layer.1.EncDecAttention"]);

    public Tensor Forward(Tensor x, AttentionSpec spec, ForwardContext context)
    {
        x = context.Name("cross_inp", x + _self.Self(context.Name("attn_norm", _norm.Apply(x)), spec, slot: "attn", context));
        x = context.Name("ffn_inp", x + Cross.OverSource(context.Name("cross_norm", _crossNorm.Apply(x)), context));
        return context.Name("l_out", x + _feedForward.Forward(x, context));
    }
}

/// <summary>Attention with unscaled scores: over the rows' own sequence, or over the source, without a bias there.</summary>
internal sealed class T5Attention(T5Config config, WeightScope weights)
{
    private readonly Linear _q = new(weights["q"], config.DModel, config.NumHeads * config.DKv);
    private readonly Linear _k = new(weights["k"], config.DModel, config.NumHeads * config.DKv);
    private readonly Linear _v = new(weights["v"], config.DModel, config.NumHeads * config.DKv);
    private readonly Linear _o = new(weights["o"], config.NumHeads * config.DKv, config.DModel);

    public Tensor Self(Tensor x, AttentionSpec spec, string? slot, ForwardContext context)
    {
        var q = context.Name("q", Heads(_q, x));                                            // [rows, heads, d_kv]
        var k = context.Name("k", Heads(_k, x));
        var v = context.Name("v", Heads(_v, x));
        var heads = context.Name("attn_heads", context.Attend(q, k, v, spec, slot));
        return context.Name("attn_out", _o.Apply(heads.Flatten()));
    }

    /// <summary>What the encoding phase leaves for <see cref="OverSource"/>.</summary>
    public void StoreSource(Tensor encoded, ForwardContext context) => context.Store(
        context.Slot("cross"), context.Name("cross_k", Heads(_k, encoded)), context.Name("cross_v", Heads(_v, encoded)));

    public Tensor OverSource(Tensor x, ForwardContext context)
    {
        var q = context.Name("cross_q", Heads(_q, x));
        var spec = new AttentionSpec { Scale = 1, Causal = false };
        var heads = context.Name("cross_heads", context.AttendStored(q, context.Slot("cross"), T5.Encode.Rows, config.DKv, spec));
        return context.Name("cross_out", _o.Apply(heads.Flatten()));
    }

    private Tensor Heads(Linear projection, Tensor x) => projection.Apply(x).Heads(config.NumHeads);
}

/// <summary>The feed-forward part with its norm: one projection and an activation, or two of which one gates the other.</summary>
internal sealed class T5FeedForward(T5Config config, WeightScope weights)
{
    private readonly RmsNormLayer _norm = new(weights["layer_norm"], config.DModel, config.LayerNormEpsilon);
    private readonly Linear? _gate = config.IsGatedAct ? new(weights["DenseReluDense.wi_0"], config.DModel, config.DFf) : null;
    private readonly Linear _up = new(weights[config.IsGatedAct ? "DenseReluDense.wi_1" : "DenseReluDense.wi"], config.DModel, config.DFf);
    private readonly Linear _down = new(weights["DenseReluDense.wo"], config.DFf, config.DModel);

    public Tensor Forward(Tensor x, ForwardContext context)
    {
        x = context.Name("ffn_norm", _norm.Apply(x));
        var gate = _gate is null ? null : context.Name("ffn_gate", _gate.Apply(x));         // [tokens, d_ff]
        var up = context.Name("ffn_up", _up.Apply(x));
        var act = context.Name("ffn_act", gate is null ? up.Apply(config.DenseActFn) : gate.Apply(config.DenseActFn) * up);
        return context.Name("ffn_out", _down.Apply(act));
    }
}
