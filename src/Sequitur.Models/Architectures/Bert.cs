using Sequitur.Kernels.Elementwise;
using Sequitur.Models.Layers;
using Sequitur.Tensors;
using Sequitur.Tensors.Ops;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models.Architectures;

/// <summary>BERT's configuration, by Hugging Face's keys.</summary>
public sealed record BertConfig(ModelConfig Source)
{
    /// <summary>Entries of the vocabulary.</summary>
    public int VocabSize { get; } = Source.GetSize("vocab_size");

    /// <summary>Width of the residual stream.</summary>
    public int HiddenSize { get; } = Source.GetSize("hidden_size");

    /// <summary>Layers.</summary>
    public int NumHiddenLayers { get; } = Source.GetCount("num_hidden_layers");

    /// <summary>Heads.</summary>
    public int NumAttentionHeads { get; } = Source.GetCount("num_attention_heads");

    /// <summary>Width of the feed-forward part.</summary>
    public int IntermediateSize { get; } = Source.GetSize("intermediate_size");

    /// <summary>Activation of the feed-forward part and of the head over tokens.</summary>
    public UnaryFunction HiddenAct { get; } = Activations.Of(Source, "hidden_act", "gelu");

    /// <summary>Added to the variance in norms.</summary>
    public double LayerNormEps { get; } = Source.GetNonNegative("layer_norm_eps", 1e-12);

    /// <summary>Entries of the position table: the longest sequence.</summary>
    public int MaxPositionEmbeddings { get; } = Source.GetSize("max_position_embeddings", 512);

    /// <summary>Entries of the table of token types (first text, second text).</summary>
    public int TypeVocabSize { get; } = Source.GetCount("type_vocab_size", 2);

    /// <summary>Whether the head over tokens multiplies with the embedding table.</summary>
    public bool TieWordEmbeddings { get; } = Source.GetBool("tie_word_embeddings", true);

    /// <summary>Classes of the head over sequences: as many as have names.</summary>
    public int NumLabels { get; } = Source.TryGetObject("id2label", out var labels) ? labels.Keys.Count() : Source.GetCount("num_labels", 2);

    /// <summary>Numbers a head.</summary>
    public int HeadDim => HiddenSize / NumAttentionHeads;

    /// <summary>Refuses what the family can be asked for and does not do here.</summary>
    /// <exception cref="InvalidModelException">The heads do not divide the width.</exception>
    /// <exception cref="UnsupportedModelException">The configuration asks for such an option.</exception>
    public BertConfig Checked()
    {
        foreach (var option in (string[])["is_decoder", "add_cross_attention"])
        {
            if (Source.GetBool(option, false))
            {
                throw new UnsupportedModelException($"{option} = true in {Source.Origin} is not supported by BERT");
            }
        }

        var positions = Source.GetString("position_embedding_type", "absolute");
        if (positions != "absolute")
        {
            throw new UnsupportedModelException($"position_embedding_type '{positions}' in {Source.Origin} is not supported by BERT (absolute is)");
        }

        Source.RequireMultiple(("hidden_size", HiddenSize), ("num_attention_heads", NumAttentionHeads));
        Source.Require(NumLabels > 0, "id2label is empty, and a head needs at least one class");
        return this;
    }
}

/// <summary>
/// Post-norm encoder with learned positions and token types (Devlin et al. 2019), under the head that its class names: over tokens (<c>logits [outputs, vocabulary]</c>)
/// or over sequences (<c>pooled [sequences, hidden]</c>, <c>logits [sequences, labels]</c>).
/// </summary>
[Architecture("BertForMaskedLM", ModelType = "bert")]
[Architecture("BertForSequenceClassification")]
public sealed class Bert : Model, IArchitecture
{
    private readonly BertConfig _config;
    private readonly EmbeddingTable _tokens;
    private readonly EmbeddingTable _positions;
    private readonly EmbeddingTable _types;
    private readonly LayerNormLayer _norm;
    private readonly BertLayer[] _layers;
    private readonly BertTokenHead? _tokenHead;
    private readonly BertSequenceHead? _sequenceHead;

    private Bert(BertConfig config, WeightScope root)
    {
        var weights = root["bert"];
        _config = config;
        _tokens = new(weights["embeddings.word_embeddings"], config.VocabSize, config.HiddenSize);
        _positions = new(weights["embeddings.position_embeddings"], config.MaxPositionEmbeddings, config.HiddenSize);
        _types = new(weights["embeddings.token_type_embeddings"], config.TypeVocabSize, config.HiddenSize);
        _norm = new(weights["embeddings.LayerNorm"], config.HiddenSize, config.LayerNormEps);
        _layers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(i => new BertLayer(config, weights[$"encoder.layer.{i}"]))];
        if (config.Source.Architectures.Contains("BertForSequenceClassification"))
        {
            _sequenceHead = new(config, root);
        }
        else
        {
            _tokenHead = new(config, root["cls.predictions"], _tokens.Weight);
        }
    }

    /// <inheritdoc/>
    public override int VocabularySize => _config.VocabSize;

    /// <inheritdoc/>
    public override int MaxPositions => _config.MaxPositionEmbeddings;

    /// <inheritdoc/>
    public override int? PositionLimit => MaxPositions;

    /// <inheritdoc/>
    public override Equalities Equalities => Equalities.Encoder;

    /// <inheritdoc/>
    public static Model Create(ModelConfig config, WeightScope weights) =>
        new Bert(new BertConfig(config).Checked(), weights) { Parameters = weights.Parameters };

    /// <inheritdoc/>
    public override Outputs Forward(Inputs inputs, ForwardContext context)
    {
        var x = _tokens.LookUp(inputs.Ids) + _types.LookUp(inputs.PerRow("token_type_ids")) + _positions.LookUp(inputs.Positions);
        x = context.Name("embed", _norm.Apply(x));                                          // [tokens, hidden]
        for (var i = 0; i < _layers.Length; i++)
        {
            x = _layers[i].Forward(x, context.Scope($"layers.{i}"));
        }

        return _sequenceHead?.Forward(x, context) ?? _tokenHead!.Forward(x, inputs, context);
    }
}

/// <summary>One layer: attention, then the feed-forward part; each is added to what it reads, and a norm follows.</summary>
internal sealed class BertLayer(BertConfig config, WeightScope weights)
{
    private readonly Linear _q = new(weights["attention.self.query"], config.HiddenSize, config.HiddenSize, bias: true);
    private readonly Linear _k = new(weights["attention.self.key"], config.HiddenSize, config.HiddenSize, bias: true);
    private readonly Linear _v = new(weights["attention.self.value"], config.HiddenSize, config.HiddenSize, bias: true);
    private readonly Linear _o = new(weights["attention.output.dense"], config.HiddenSize, config.HiddenSize, bias: true);
    private readonly LayerNormLayer _attentionNorm = new(weights["attention.output.LayerNorm"], config.HiddenSize, config.LayerNormEps);
    private readonly Linear _up = new(weights["intermediate.dense"], config.HiddenSize, config.IntermediateSize, bias: true);
    private readonly Linear _down = new(weights["output.dense"], config.IntermediateSize, config.HiddenSize, bias: true);
    private readonly LayerNormLayer _feedForwardNorm = new(weights["output.LayerNorm"], config.HiddenSize, config.LayerNormEps);

    public Tensor Forward(Tensor x, ForwardContext context)
    {
        x = context.Name("ffn_inp", _attentionNorm.Apply(x + Attention(x, context)));
        return context.Name("l_out", _feedForwardNorm.Apply(x + FeedForward(x, context)));
    }

    private Tensor Attention(Tensor x, ForwardContext context)
    {
        var q = context.Name("q", _q.Apply(x).Heads(config.NumAttentionHeads));             // [tokens, heads, head_dim]
        var k = context.Name("k", _k.Apply(x).Heads(config.NumAttentionHeads));
        var v = context.Name("v", _v.Apply(x).Heads(config.NumAttentionHeads));
        var spec = new AttentionSpec { Scale = 1 / MathF.Sqrt(config.HeadDim), Causal = false };
        var heads = context.Name("attn_heads", context.Attend(q, k, v, spec, slot: null));
        return context.Name("attn_out", _o.Apply(heads.Flatten()));
    }

    private Tensor FeedForward(Tensor x, ForwardContext context)
    {
        var up = context.Name("ffn_up", _up.Apply(x));                                      // [tokens, intermediate]
        var act = context.Name("ffn_act", up.Apply(config.HiddenAct));
        return context.Name("ffn_out", _down.Apply(act));
    }
}

/// <summary>The head over tokens: a transformation, then the scores of all entries of the vocabulary.</summary>
internal sealed class BertTokenHead(BertConfig config, WeightScope weights, Parameter table)
{
    private readonly Linear _transform = new(weights["transform.dense"], config.HiddenSize, config.HiddenSize, bias: true);
    private readonly LayerNormLayer _norm = new(weights["transform.LayerNorm"], config.HiddenSize, config.LayerNormEps);

    // The bias belongs to the head itself, not to its matrix.
    private readonly Linear _decoder = new(
        config.TieWordEmbeddings ? table : weights.Matrix("decoder.weight", config.VocabSize, config.HiddenSize), weights.Vector("bias", config.VocabSize));

    public Outputs Forward(Tensor x, Inputs inputs, ForwardContext context)
    {
        x = _transform.Apply(x.Gather(inputs.OutputRows)).Apply(config.HiddenAct);
        x = context.Name("head_norm", _norm.Apply(x));                                      // [outputs, hidden]
        return new Outputs { [Outputs.Logits] = context.Name("logits", _decoder.Apply(x)) };
    }
}

/// <summary>The head over sequences: the first token's state, pooled, then the scores of the classes.</summary>
internal sealed class BertSequenceHead(BertConfig config, WeightScope weights)
{
    private readonly Linear _pooler = new(weights["bert.pooler.dense"], config.HiddenSize, config.HiddenSize, bias: true);
    private readonly Linear _classifier = new(weights["classifier"], config.HiddenSize, config.NumLabels, bias: true);

    public Outputs Forward(Tensor x, ForwardContext context)
    {
        var pooled = context.Name("pooled", _pooler.Apply(x.Gather(context.Rows.First)).Apply(Unary.Tanh)); // [sequences, hidden]
        return new Outputs { ["pooled"] = pooled, [Outputs.Logits] = context.Name("logits", _classifier.Apply(pooled)) };
    }
}
