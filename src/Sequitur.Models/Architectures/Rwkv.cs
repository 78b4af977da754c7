using Sequitur.Kernels.Elementwise;
using Sequitur.Models.Layers;
using Sequitur.Tensors;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models.Architectures;

/// <summary>RWKV-4's configuration, by Hugging Face's keys.</summary>
public sealed record RwkvConfig(ModelConfig Source)
{
    /// <summary>Entries of the vocabulary.</summary>
    public int VocabSize { get; } = Source.GetSize("vocab_size");

    /// <summary>Width of the residual stream.</summary>
    public int HiddenSize { get; } = Source.GetSize("hidden_size");

    /// <summary>Channels of the recurrence.</summary>
    public int AttentionHiddenSize { get; } = Source.GetSize("attention_hidden_size", Source.GetSize("hidden_size"));

    /// <summary>Width of the channel mixing.</summary>
    public int IntermediateSize { get; } = Source.GetSize("intermediate_size", 4 * Source.GetSize("hidden_size"));

    /// <summary>Layers.</summary>
    public int NumHiddenLayers { get; } = Source.GetCount("num_hidden_layers");

    /// <summary>The context that the model was trained with; nothing limits it to that.</summary>
    public int ContextLength { get; } = Source.GetSize("context_length", 1024);

    /// <summary>Added to the variance in the norms of the layers (the last norm has an epsilon of its own).</summary>
    public double LayerNormEpsilon { get; } = Source.GetNonNegative("layer_norm_epsilon", 1e-5);

    /// <summary>After each so many layers the stream is halved; 0 for never.</summary>
    public int RescaleEvery { get; } = Source.GetCount("rescale_every", 6, least: 0);

    /// <summary>Whether the head is the embedding table.</summary>
    public bool TieWordEmbeddings { get; } = Source.GetBool("tie_word_embeddings", false);

    /// <summary>
    /// What a layer adds is multiplied with this, a power of two: as much as the stream was halved before it. It was meant against overflow; but for the epsilons of the norms it
    /// would change nothing behind them.
    /// </summary>
    public float ScaleOf(int layer) => RescaleEvery > 0 ? MathF.ScaleB(1, -(layer / RescaleEvery)) : 1;
}

/// <summary>RWKV-4 (Peng et al. 2023, arXiv:2305.13048): a recurrence per channel in place of attention, and mixing with the token before.</summary>
[Architecture("RwkvForCausalLM", ModelType = "rwkv")]
public sealed class Rwkv : CausalLanguageModel, IArchitecture
{
    private const double LastNormEps = 1e-5;

    private readonly RwkvConfig _config;
    private readonly EmbeddingTable _embedding;
    private readonly LayerNormLayer _embeddingNorm;
    private readonly RwkvLayer[] _layers;
    private readonly LayerNormLayer _norm;
    private readonly Linear _head;

    private Rwkv(RwkvConfig config, WeightScope weights)
    {
        _config = config;
        _embedding = new(weights["rwkv.embeddings"], config.VocabSize, config.HiddenSize);
        _embeddingNorm = new(weights["rwkv.blocks.0.pre_ln"], config.HiddenSize, config.LayerNormEpsilon);
        _layers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(i => new RwkvLayer(config, i, weights[$"rwkv.blocks.{i}"]))];
        _norm = new(weights["rwkv.ln_out"], config.HiddenSize, LastNormEps);
        _head = config.TieWordEmbeddings ? new Linear(_embedding.Weight) : new Linear(weights["head"], config.HiddenSize, config.VocabSize);
    }

    /// <inheritdoc/>
    public override int VocabularySize => _config.VocabSize;

    /// <inheritdoc/>
    public override int MaxPositions => _config.ContextLength;

    /// <inheritdoc/>
    public override IReadOnlyList<CacheSlot> Caches => [.. Enumerable.Range(0, _config.NumHiddenLayers).SelectMany(i => (CacheSlot[])
    [
        CacheSlot.State($"layers.{i}.attn_shift", _config.HiddenSize),
        CacheSlot.State($"layers.{i}.wkv", Wkv.StatePerChannel * _config.AttentionHiddenSize),
        CacheSlot.State($"layers.{i}.ffn_shift", _config.HiddenSize),
    ])];

    /// <inheritdoc/>
    public static Model Create(ModelConfig config, WeightScope weights) =>
        new Rwkv(new RwkvConfig(config), weights) { Parameters = weights.Parameters };

    /// <inheritdoc/>
    public override Outputs Forward(Inputs inputs, ForwardContext context)
    {
        var x = context.Name("embed_token", _embedding.LookUp(inputs.Ids));                 // [tokens, hidden]
        x = context.Name("embed", _embeddingNorm.Apply(x));
        for (var i = 0; i < _layers.Length; i++)
        {
            x = _layers[i].Forward(x, context.Scope($"layers.{i}"));
        }

        x = context.Name("final_norm", _norm.Apply(x.Gather(inputs.OutputRows)));           // [outputs, hidden]
        return new Outputs { [Outputs.Logits] = context.Name("logits", _head.Apply(x)) };   // [outputs, vocabulary]
    }
}

/// <summary>One layer: time mixing (the recurrence), then channel mixing, each behind a norm and added to the stream.</summary>
internal sealed class RwkvLayer(RwkvConfig config, int index, WeightScope weights)
{
    private readonly LayerNormLayer _timeNorm = new(weights["ln1"], config.HiddenSize, config.LayerNormEpsilon);
    private readonly Parameter _decay = weights["attention"].Vector("time_decay", config.AttentionHiddenSize);
    private readonly Parameter _first = weights["attention"].Vector("time_first", config.AttentionHiddenSize);
    private readonly MixedLinear _k = new(weights["attention"], "key", config.HiddenSize, config.AttentionHiddenSize);
    private readonly MixedLinear _v = new(weights["attention"], "value", config.HiddenSize, config.AttentionHiddenSize);
    private readonly MixedLinear _r = new(weights["attention"], "receptance", config.HiddenSize, config.AttentionHiddenSize);
    private readonly Linear _o = new(weights["attention.output"], config.AttentionHiddenSize, config.HiddenSize);
    private readonly LayerNormLayer _channelNorm = new(weights["ln2"], config.HiddenSize, config.LayerNormEpsilon);
    private readonly MixedLinear _up = new(weights["feed_forward"], "key", config.HiddenSize, config.IntermediateSize);
    private readonly MixedLinear _gate = new(weights["feed_forward"], "receptance", config.HiddenSize, config.HiddenSize);
    private readonly Linear _down = new(weights["feed_forward.value"], config.IntermediateSize, config.HiddenSize);

    public Tensor Forward(Tensor x, ForwardContext context)
    {
        x = context.Name("ffn_inp", x + TimeMixing(context.Name("attn_norm", _timeNorm.Apply(x)), context));
        x += ChannelMixing(context.Name("ffn_norm", _channelNorm.Apply(x)), context);
        return context.Name("l_out", x.Scale(config.ScaleOf(index + 1) / config.ScaleOf(index)));
    }

    private Tensor TimeMixing(Tensor x, ForwardContext context)
    {
        var before = context.Name("attn_shift", x.TokenShift(context.Rows, context.Slot("attn_shift")));
        var k = context.Name("k", _k.Apply(x, before));                                     // [tokens, channels]
        var v = context.Name("v", _v.Apply(x, before));
        var r = context.Name("r", _r.Apply(x, before));
        var decay = context.Graph.Parameter(_decay);
        var wkv = context.Name("wkv", k.Wkv(v, decay, context.Graph.Parameter(_first), context.Rows, context.Slot("wkv")));
        var act = context.Name("attn_heads", r.Apply(Unary.Sigmoid) * wkv);
        return context.Name("attn_out", _o.Apply(act).Scale(config.ScaleOf(index)));        // [tokens, hidden]
    }

    private Tensor ChannelMixing(Tensor x, ForwardContext context)
    {
        var before = context.Name("ffn_shift", x.TokenShift(context.Rows, context.Slot("ffn_shift")));
        var up = context.Name("ffn_up", _up.Apply(x, before));                              // [tokens, intermediate]
        var gate = context.Name("ffn_gate", _gate.Apply(x, before));                        // [tokens, hidden]
        var act = context.Name("ffn_act", up.Apply(Unary.SquaredRelu));
        return context.Name("ffn_out", gate.Apply(Unary.Sigmoid) * _down.Apply(act).Scale(config.ScaleOf(index)));
    }
}

/// <summary>A projection of a token mixed with the one before it, channel by channel: before + (x − before)·mix.</summary>
internal sealed class MixedLinear(WeightScope weights, string name, int inputs, int outputs)
{
    private readonly Parameter _mix = weights.Vector($"time_mix_{name}", inputs);
    private readonly Linear _linear = new(weights[name], inputs, outputs);

    public Tensor Apply(Tensor x, Tensor before) => _linear.Apply(before + ((x - before) * x.Graph.Parameter(_mix)));
}
