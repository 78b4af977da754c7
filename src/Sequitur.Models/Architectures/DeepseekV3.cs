using Sequitur.Kernels.Elementwise;
using Sequitur.Kernels.Rope;
using Sequitur.Kernels.Routing;
using Sequitur.Models.Layers;
using Sequitur.Tensors;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models.Architectures;

/// <summary>DeepSeek-V3's configuration, by Hugging Face's keys.</summary>
public sealed record DeepseekV3Config(ModelConfig Source)
{
    /// <summary>Entries of the vocabulary.</summary>
    public int VocabSize { get; } = Source.GetSize("vocab_size");

    /// <summary>Width of the residual stream.</summary>
    public int HiddenSize { get; } = Source.GetSize("hidden_size");

    /// <summary>Width of the feed-forward part of dense layers.</summary>
    public int IntermediateSize { get; } = Source.GetSize("intermediate_size");

    /// <summary>Width of an expert.</summary>
    public int MoeIntermediateSize { get; } = Source.GetSize("moe_intermediate_size");

    /// <summary>Layers.</summary>
    public int NumHiddenLayers { get; } = Source.GetCount("num_hidden_layers");

    /// <summary>Query heads; all read the one latent head of keys and values.</summary>
    public int NumAttentionHeads { get; } = Source.GetCount("num_attention_heads");

    /// <summary>Numbers of the latent that queries are made from; null where they are projected directly.</summary>
    public int? QLoraRank { get; } = Source.Has("q_lora_rank") ? Source.GetSize("q_lora_rank") : null;

    /// <summary>Numbers of the latent that keys and values are made from.</summary>
    public int KvLoraRank { get; } = Source.GetSize("kv_lora_rank");

    /// <summary>Numbers of a query that no position turns.</summary>
    public int QkNopeHeadDim { get; } = Source.GetSize("qk_nope_head_dim");

    /// <summary>Numbers of a query that are turned; their keys are the same for all heads.</summary>
    public int QkRopeHeadDim { get; } = Source.GetSize("qk_rope_head_dim");

    /// <summary>Numbers of a value.</summary>
    public int VHeadDim { get; } = Source.GetSize("v_head_dim");

    /// <summary>Routed experts of a layer.</summary>
    public int NRoutedExperts { get; } = Source.GetCount("n_routed_experts");

    /// <summary>Experts that every token goes through, in one.</summary>
    public int NSharedExperts { get; } = Source.GetCount("n_shared_experts", 0, least: 0);

    /// <summary>Layers before the first one with experts.</summary>
    public int FirstKDenseReplace { get; } = Source.GetCount("first_k_dense_replace", 3, least: 0);

    /// <summary>From there on, each how-manieth layer has experts.</summary>
    public int MoeLayerFreq { get; } = Source.GetCount("moe_layer_freq", 1);

    /// <summary>How experts are chosen and weighed.</summary>
    public RouterOptions Routing { get; } = new()
    {
        ExpertsPerToken = Source.GetCount("num_experts_per_tok"),
        Groups = Source.GetCount("n_group", 8),
        TopGroups = Source.GetCount("topk_group", 4),
        GroupScoreOf = 2,
        Renormalise = Source.GetBool("norm_topk_prob", true),
        Scale = (float)Source.GetFinite("routed_scaling_factor", 2.5),
    };

    /// <summary>Added to the mean square in the norms of the stream (those of the latents have an epsilon of their own).</summary>
    public double RmsNormEps { get; } = Source.GetNonNegative("rms_norm_eps", 1e-6);

    /// <summary>The context that the model was made for.</summary>
    public int MaxPositionEmbeddings { get; } = Source.GetSize("max_position_embeddings", 4096);

    /// <summary>Whether the projections from and to the stream have biases (queries only where they have a latent).</summary>
    public bool AttentionBias { get; } = Source.GetBool("attention_bias", false);

    /// <summary>Whether the head is the embedding table.</summary>
    public bool TieWordEmbeddings { get; } = Source.GetBool("tie_word_embeddings", false);

    /// <summary>The feed-forward's activation.</summary>
    public UnaryFunction HiddenAct { get; } = Activations.Of(Source, "hidden_act", "silu");

    /// <summary>Which columns are turned together: neighbours, unless the file says otherwise.</summary>
    public RopeLayout RopeLayout { get; } = Source.GetBool("rope_interleave", true) ? RopeLayout.Neighbours : RopeLayout.HalfSplit;

    /// <summary>Rotary frequencies.</summary>
    public RopeSet Rope { get; } = new(
        "main", Source.GetSize("qk_rope_head_dim"), new RopeScaling(Source.GetRope(10_000), Source.GetSize("max_position_embeddings", 4096)));

    /// <summary>What scores are multiplied with: 1 / √(numbers of a query), and YaRN's temperature twice (once for queries, once for keys).</summary>
    public float ScoreScale { get; } = (float)(Temperature(Source.GetRope(10_000)) / Math.Sqrt(Source.GetSize("qk_nope_head_dim") + Source.GetSize("qk_rope_head_dim")));

    /// <summary>Whether a layer has experts.</summary>
    public bool HasExperts(int layer) => layer >= FirstKDenseReplace && MoeLayerFreq > 0 && layer % MoeLayerFreq == 0;

    /// <summary>The configuration, if it is supported.</summary>
    public static DeepseekV3Config Read(ModelConfig source)
    {
        foreach (var (key, supported) in (ReadOnlySpan<(string, string)>)[("scoring_func", "sigmoid"), ("topk_method", "noaux_tc")])
        {
            if (source.GetString(key, supported) is var value && value != supported)
            {
                throw new UnsupportedModelException($"{key} '{value}' in {source.Origin} is not supported by DeepSeek-V3 ({supported} is)");
            }
        }

        var config = new DeepseekV3Config(source);
        config.Check();
        return config;
    }

    private void Check()
    {
        (string, int) heads = ("num_attention_heads", NumAttentionHeads), experts = ("n_routed_experts", NRoutedExperts), groups = ("n_group", Routing.Groups);
        Source.RequireProduct(heads, ("qk_nope_head_dim + qk_rope_head_dim", QkNopeHeadDim + QkRopeHeadDim));
        Source.RequireProduct(heads, ("qk_nope_head_dim + v_head_dim", QkNopeHeadDim + VHeadDim));
        Source.RequireEven("qk_rope_head_dim", QkRopeHeadDim);
        Source.RequireProduct(("n_shared_experts", NSharedExperts), ("moe_intermediate_size", MoeIntermediateSize));
        Source.RequireMultiple(experts, groups);
        Source.Require(Routing.TopGroups <= Routing.Groups, $"topk_group {Routing.TopGroups} is more than n_group {Routing.Groups}");
        var choice = NRoutedExperts / Routing.Groups * Routing.TopGroups;
        Source.Require(Routing.ExpertsPerToken <= choice, $"num_experts_per_tok {Routing.ExpertsPerToken} cannot be chosen from the {choice} experts of topk_group {Routing.TopGroups}");
    }

    private static double Temperature(RopeParameters rope)
    {
        var all = rope.Type == "default" ? 0 : rope.Values.GetFinite("mscale_all_dim", 0);
        return all == 0 ? 1 : RopeScaling.YarnMscale(rope.Factor, all) * RopeScaling.YarnMscale(rope.Factor, all);
    }
}

/// <summary>
/// DeepSeek-V3 (DeepSeek-AI 2024, arXiv:2412.19437): multi-head latent attention, always in the absorbed form, and experts chosen by corrected sigmoid scores beside shared ones.
/// </summary>
[Architecture("DeepseekV3ForCausalLM", ModelType = "deepseek_v3")]
public sealed class DeepseekV3 : CausalLanguageModel, IArchitecture
{
    private readonly DeepseekV3Config _config;
    private readonly EmbeddingTable _embedding;
    private readonly DeepseekV3Layer[] _layers;
    private readonly RmsNormLayer _norm;
    private readonly Linear _head;

    private DeepseekV3(DeepseekV3Config config, WeightScope weights)
    {
        _config = config;
        _embedding = new(weights["model.embed_tokens"], config.VocabSize, config.HiddenSize);
        _layers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(i => new DeepseekV3Layer(config, config.HasExperts(i), weights[$"model.layers.{i}"]))];
        _norm = new(weights["model.norm"], config.HiddenSize, config.RmsNormEps);
        _head = config.TieWordEmbeddings ? new Linear(_embedding.Weight) : new Linear(weights["lm_head"], config.HiddenSize, config.VocabSize);
    }

    /// <inheritdoc/>
    public override int VocabularySize => _config.VocabSize;

    /// <inheritdoc/>
    public override int MaxPositions => _config.MaxPositionEmbeddings;

    /// <inheritdoc/>
    public override IReadOnlyList<RopeSet> RopeSets => [_config.Rope];

    /// <inheritdoc/>
    public override IReadOnlyList<CacheSlot> Caches => [.. _layers.Select((_, i) => new CacheSlot(
        $"layers.{i}.attn", CacheGroup.Full, KeyHeads: 1, _config.KvLoraRank + _config.QkRopeHeadDim, _config.KvLoraRank, ValuesInKeys: true))];

    /// <inheritdoc/>
    public static Model Create(ModelConfig config, WeightScope weights) =>
        new DeepseekV3(DeepseekV3Config.Read(config), weights) { Parameters = weights.Parameters };

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
}

/// <summary>One layer: latent attention, then a dense feed-forward part or experts, each behind a norm and added to the stream.</summary>
internal sealed class DeepseekV3Layer(DeepseekV3Config config, bool hasExperts, WeightScope weights)
{
    private readonly RmsNormLayer _attentionNorm = new(weights["input_layernorm"], config.HiddenSize, config.RmsNormEps);
    private readonly LatentAttention _attention = new(config, weights["self_attn"]);
    private readonly RmsNormLayer _feedForwardNorm = new(weights["post_attention_layernorm"], config.HiddenSize, config.RmsNormEps);
    private readonly DeepseekV3Experts? _experts = hasExperts ? new(config, weights["mlp"]) : null;
    private readonly GatedFeedForward? _dense = hasExperts ? null : new(weights["mlp"], config.HiddenSize, config.IntermediateSize, config.HiddenAct);

    public Tensor Forward(Tensor x, ForwardContext context)
    {
        x = context.Name("ffn_inp", x + _attention.Forward(context.Name("attn_norm", _attentionNorm.Apply(x)), context));
        var normed = context.Name("ffn_norm", _feedForwardNorm.Apply(x));
        return context.Name("l_out", x + context.Name("ffn_out", _experts is null ? _dense!.Apply(normed, context) : _experts.Apply(normed, context)));
    }
}

/// <summary>
/// Multi-head latent attention in the absorbed form: keys and values stay in the latent, one head of <c>[latent | turned part]</c> whose beginning is the value, and the heads' own
/// projections of it move to the queries (transposed) and to the results. So only latents are cached, and one form serves any number of rows.
/// </summary>
internal sealed class LatentAttention(DeepseekV3Config config, WeightScope weights)
{
    private const double LatentNormEps = 1e-6;

    private readonly Linear? _qA = config.QLoraRank is { } rank ? new(weights["q_a_proj"], config.HiddenSize, rank, config.AttentionBias) : null;
    private readonly RmsNormLayer? _qNorm = config.QLoraRank is { } rank ? new(weights["q_a_layernorm"], rank, LatentNormEps) : null;
    private readonly Linear _q = new(
        weights[config.QLoraRank is null ? "q_proj" : "q_b_proj"],
        config.QLoraRank ?? config.HiddenSize,
        config.NumAttentionHeads * (config.QkNopeHeadDim + config.QkRopeHeadDim));
    private readonly Linear _kvA = new(weights["kv_a_proj_with_mqa"], config.HiddenSize, config.KvLoraRank + config.QkRopeHeadDim, config.AttentionBias);
    private readonly RmsNormLayer _kvNorm = new(weights["kv_a_layernorm"], config.KvLoraRank, LatentNormEps);

    // Rows of each head: those that make its keys, then those that make its values.
    private readonly Parameter _kvB = weights["kv_b_proj"].Matrix("weight", config.NumAttentionHeads * (config.QkNopeHeadDim + config.VHeadDim), config.KvLoraRank);
    private readonly Linear _o = new(weights["o_proj"], config.NumAttentionHeads * config.VHeadDim, config.HiddenSize, config.AttentionBias);

    public Tensor Forward(Tensor x, ForwardContext context)
    {
        var table = context.RopeTable(config.Rope);
        var (nope, rope) = (config.QkNopeHeadDim, config.QkRopeHeadDim);
        var kvB = context.Graph.Parameter(_kvB);
        var kv = _kvA.Apply(x);                                                             // [tokens, rank + rope]
        var latent = context.Name("kv_latent", _kvNorm.Apply(kv.Slice(0, config.KvLoraRank)));
        var turned = context.Name("k_rope", kv.Slice(config.KvLoraRank, rope).Heads(1).Rope(table, config.RopeLayout));
        var key = latent.Heads(1).Concat(turned);                                           // [tokens, 1, rank + rope]

        var queryLatent = _qA is null ? x : context.Name("q_latent", _qNorm!.Apply(_qA.Apply(x)));
        var q = context.Name("q", _q.Apply(queryLatent).Heads(config.NumAttentionHeads));
        q = context.Name("q_rope", q.Rope(table, config.RopeLayout, first: nope));          // [tokens, heads, nope + rope]
        var absorbed = q.Slice(0, nope).HeadMatMul(kvB, 0, nope, transposed: true);         // [tokens, heads, rank]
        var query = absorbed.Concat(q.Slice(nope, rope));

        var mixed = context.Attend(query, key, latent.Heads(1), new AttentionSpec { Scale = config.ScoreScale });
        var heads = context.Name("attn_heads", mixed.HeadMatMul(kvB, nope, config.VHeadDim)); // [tokens, heads, v_head_dim]
        return context.Name("attn_out", _o.Apply(heads.Flatten()));
    }
}

/// <summary>Routed experts, chosen by corrected sigmoid scores, and the shared one, added up.</summary>
internal sealed class DeepseekV3Experts(DeepseekV3Config config, WeightScope weights)
{
    private readonly Linear _router = new(weights["gate"], config.HiddenSize, config.NRoutedExperts);
    private readonly Parameter _correction = weights["gate"].Vector("e_score_correction_bias", config.NRoutedExperts);
    private readonly RoutedExperts _experts = new(
        weights["experts"], config.Routing, config.NRoutedExperts, config.HiddenSize, config.MoeIntermediateSize, config.HiddenAct);

    private readonly GatedFeedForward? _shared = config.NSharedExperts > 0
        ? new(weights["shared_experts"], config.HiddenSize, config.MoeIntermediateSize * config.NSharedExperts, config.HiddenAct)
        : null;

    public Tensor Apply(Tensor x, ForwardContext context)
    {
        var scores = context.Name("router", _router.Apply(x)).Apply(Unary.Sigmoid);         // [tokens, experts]
        var routed = context.Name("ffn_routed", _experts.Apply(x, scores, context.Graph.Parameter(_correction), context));
        return _shared is null ? routed : routed + context.Name("ffn_shared", _shared.Apply(x, context.Scope("shared")));
    }
}
