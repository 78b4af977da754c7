using Sequitur.Kernels.Formats;
using Sequitur.Tensors;
using Sequitur.Tensors.Ops;

namespace Sequitur.Insight;

/// <summary>
/// Direct logit attribution of one token at one position: what each part of the residual stream adds to the token's logit, with the final norm's divisor frozen
/// (Elhage et al. 2021). The parts and <see cref="Bias"/> add up to the raw logit, but for <see cref="Remainder"/>.
/// </summary>
public sealed record Attribution
{
    /// <summary>The token; −1 where this is the difference of two.</summary>
    public required int Token { get; init; }

    /// <summary>The embedding's contribution, learned positions included.</summary>
    public required double Embedding { get; init; }

    /// <summary>What the token's own embedding contributes, where learned positions are added to it; null where there are none.</summary>
    public double? TokenEmbedding { get; init; }

    /// <summary>What the learned position contributes; null where there are none.</summary>
    public double? PositionEmbedding { get; init; }

    /// <summary>What each layer's attention contributes, <c>[layers]</c>.</summary>
    public required double[] Attention { get; init; }

    /// <summary>What each layer's feed-forward part contributes, <c>[layers]</c>.</summary>
    public required double[] FeedForward { get; init; }

    /// <summary>What each head contributes, <c>[layers][heads]</c>; a row is empty where a layer has no heads.</summary>
    public required double[][] Heads { get; init; }

    /// <summary>What the output projection's bias contributes, <c>[layers]</c>: heads and this add up to <see cref="Attention"/>.</summary>
    public required double[] AttentionBias { get; init; }

    /// <summary>What biases of the final norm and of the head contribute.</summary>
    public required double Bias { get; init; }

    /// <summary>The logit before a soft cap, as the model computed it.</summary>
    public required double RawLogit { get; init; }

    /// <summary>What the parts leave over of the raw logit: rounding, and what changes of the stream itself put in or took out.</summary>
    public double Remainder => RawLogit - Embedding - Attention.Sum() - FeedForward.Sum() - Bias;

    /// <summary>The difference of two tokens' attributions: why the first leads.</summary>
    public static Attribution operator -(Attribution a, Attribution b) => new()
    {
        Token = -1,
        Embedding = a.Embedding - b.Embedding,
        TokenEmbedding = a.TokenEmbedding - b.TokenEmbedding,
        PositionEmbedding = a.PositionEmbedding - b.PositionEmbedding,
        Attention = Subtract(a.Attention, b.Attention),
        FeedForward = Subtract(a.FeedForward, b.FeedForward),
        Heads = [.. a.Heads.Zip(b.Heads, Subtract)],
        AttentionBias = Subtract(a.AttentionBias, b.AttentionBias),
        Bias = a.Bias - b.Bias,
        RawLogit = a.RawLogit - b.RawLogit,
    };

    private static double[] Subtract(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x - y)];
}

/// <summary>Computes <see cref="Attribution"/>s at one position of a recording.</summary>
public sealed class Attributor
{
    private readonly Recording _recording;
    private readonly Anatomy _anatomy;
    private readonly LinearPath _path;
    private readonly Tensor _raw;
    private readonly double[] _factors;
    private readonly int _position;
    private readonly Dictionary<int, Direction> _toStream = [];
    private readonly Dictionary<(int Token, int Layer), Direction?> _toHeads = [];

    /// <summary>Prepares attributions.</summary>
    /// <param name="recording">A run with <see cref="ValuesOf"/> recorded.</param>
    /// <param name="position">The position; the last by default. Raw logits are known for the last one only.</param>
    public Attributor(Recording recording, int? position = null)
    {
        (_recording, _anatomy, _position) = (recording, recording.Anatomy, position ?? recording.Tokens - 1);
        _path = new LinearPath(_anatomy.Graph, _position, name => recording.Row(name, _position));
        _factors = LayerFactors(_anatomy);
        var logits = _anatomy.Graph.Value(Names.Logits);
        _raw = logits.Node.Op is Elementwise { Function.Factor: null } ? logits.Node.Inputs[0] : logits;
    }

    /// <summary>The divisor of the final norm at the position.</summary>
    public double FinalNormDivisor => _path.Divisor(FinalNorm(_raw));

    /// <summary>Names of the values that attributions read.</summary>
    public static IEnumerable<string> ValuesOf(Anatomy anatomy) =>
    [
        .. anatomy.Stream,
        .. anatomy.Graph.Named.ContainsKey(Names.PositionEmbedding) ? [Names.TokenEmbedding, Names.PositionEmbedding] : Array.Empty<string>(),
        .. anatomy.Layers.SelectMany(layer => (string?[])[layer.AttentionOut, layer.FeedForwardOut, layer.Attention?.Result]).OfType<string>(),
        .. anatomy.Graph.Named.Keys.Where(name => name.EndsWith("_before", StringComparison.Ordinal)),
        .. anatomy.Graph.Named.Keys.Where(name => name.EndsWith(".attn_proj", StringComparison.Ordinal) || name.EndsWith(".ffn_proj", StringComparison.Ordinal)),
        .. RawName(anatomy) is { } raw ? [raw] : Array.Empty<string>(),
    ];

    /// <summary>The attribution of a token's logit.</summary>
    /// <exception cref="NotSupportedException">The stream does not lead to the logits by linear steps and norms.</exception>
    public Attribution Of(int token)
    {
        double Part(string? name, int layer) => name is null ? 0 : ToLayer(token, layer).Of(_recording.Row(name, _position));
        double? Optional(string name) => _anatomy.Graph.Named.ContainsKey(Names.PositionEmbedding) ? Part(name, 0) : null;
        double[] Each(Func<LayerAnatomy, double> part) => [.. _anatomy.Layers.Select(part)];

        var heads = _anatomy.Layers.Select(layer => ToHeads(token, layer)).ToArray();
        var attention = Each(layer => Part(layer.AttentionOut, layer.Index));
        return new Attribution
        {
            Token = token,
            Embedding = Part(Names.Embed, 0),
            TokenEmbedding = Optional(Names.TokenEmbedding),
            PositionEmbedding = Optional(Names.PositionEmbedding),
            Attention = attention,
            FeedForward = Each(layer => Part(layer.FeedForwardOut, layer.Index)),
            Heads = [.. heads.Select((direction, i) => direction is null ? [] : HeadParts(_anatomy.Layers[i].Attention!, direction))],
            AttentionBias = [.. heads.Select(direction => direction?.Constant ?? 0)],
            Bias = ToStream(token).Constant,
            RawLogit = RawLogit(token),
        };
    }

    /// <summary>What each position that a head reads contributes through it, <c>[positions]</c>; they add up to the head's contribution.</summary>
    /// <param name="token">The token.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="head">The head.</param>
    /// <param name="weights">The head's attention weights at the position, <c>[positions]</c>.</param>
    public double[] BySource(int token, int layer, int head, ReadOnlySpan<float> weights)
    {
        var attention = _anatomy.Head(layer, head);
        var direction = _path.Pull(_anatomy.Graph.Value(attention.Result), attention.Node.Outputs[0], ToHeads(token, _anatomy.Layers[layer])!);
        var (size, result) = (attention.ValueDim, new double[weights.Length]);
        for (var source = 0; source < result.Length; source++)
        {
            var value = _recording.Row(attention.Value, source).Slice(attention.KeyHeadOf(head) * size, size);
            result[source] = weights[source] * direction.Of(value, head * size);
        }

        return result;
    }

    /// <summary>What each expert of a layer contributes, <c>[experts]</c>: 0 where it was not chosen. They add up to the feed-forward's contribution, but for shared experts.</summary>
    /// <returns>Null where the layer has no experts.</returns>
    public double[]? ByExpert(int token, int layer)
    {
        var node = _anatomy.Layers[layer];
        if (!_anatomy.Graph.Named.TryGetValue(node.Name("router_experts"), out var chosen) || node.FeedForwardOut is null)
        {
            return null;
        }

        var sum = _anatomy.Graph.Nodes.Single(n => n.Op is WeightedSlotSum && n.Inputs[1] == _anatomy.Graph.Value(node.Name("router_weights")));
        var direction = _path.Pull(_anatomy.Graph.Value(node.FeedForwardOut), sum.Outputs[0], ToLayer(token, layer));
        var weight = ((ParameterValue)sum.Inputs[0].Node.Inputs[2].Node.Op).Parameter.Weight;
        var result = new double[weight.Rows / _anatomy.Width];
        for (var slot = 0; slot < chosen.Shape.Columns; slot++)
        {
            var expert = (int)_recording.Row(node.Name("router_experts"), _position)[slot];
            var act = _recording.Row(node.Name("ffn_act"), _position).Slice(slot * weight.Columns, weight.Columns);
            result[expert] += _recording.Row(node.Name("router_weights"), _position)[slot] * Through(weight, expert * (long)_anatomy.Width, direction, act);
        }

        return result;
    }

    // direction · (W · x) for the rows of a weight from the given one on.
    private static double Through(Weight weight, long first, Direction direction, ReadOnlySpan<float> x)
    {
        var (sum, row) = (0.0, new float[weight.Columns]);
        for (var output = 0; output < direction.Weights.Length; output++)
        {
            weight.DecodeRow(first + output, row);
            sum += direction.Weights[output] * new Direction([.. row.Select(w => (double)w)], 0).Of(x);
        }

        return sum;
    }

    /// <summary>Names of the values that <see cref="ByExpert"/> reads.</summary>
    public static IEnumerable<string> ExpertValuesOf(Anatomy anatomy) =>
        anatomy.Graph.Named.Keys.Where(name => name.EndsWith(".router_experts", StringComparison.Ordinal))
            .SelectMany(name => (string[])[name, name[..^"router_experts".Length] + "router_weights", name[..^"router_experts".Length] + "ffn_act"]);

    private static string? RawName(Anatomy anatomy)
    {
        var logits = anatomy.Graph.Value(Names.Logits);
        return logits.Node.Op is Elementwise { Function.Factor: null } ? anatomy.Graph.Named.First(named => named.Value == logits.Node.Inputs[0]).Key : null;
    }

    private static Node FinalNorm(Tensor raw)
    {
        var node = raw.Node;
        while (node.Op is not (RmsNorm or LayerNorm))
        {
            node = node.Inputs[0].Node;
        }

        return node;
    }

    private double RawLogit(int token) => RawName(_anatomy) is { } name ? _recording.Row(name, _position)[token] : _recording.Logits[token];

    private Direction ToStream(int token)
    {
        if (!_toStream.TryGetValue(token, out var direction))
        {
            var one = new double[_raw.Shape.Columns];
            one[token] = 1;
            _toStream[token] = direction = _path.Pull(_raw, _anatomy.Graph.Value(_anatomy.Stream[^1]), new(one, 0));
        }

        return direction;
    }

    // The direction of what a layer adds to the stream.
    private Direction ToLayer(int token, int layer) =>
        _factors[layer] == 1 ? ToStream(token) with { Constant = 0 } : new([.. ToStream(token).Weights.Select(w => w * _factors[layer])], 0);

    private Direction? ToHeads(int token, LayerAnatomy layer)
    {
        if (!_toHeads.TryGetValue((token, layer.Index), out var direction))
        {
            _toHeads[(token, layer.Index)] = direction = layer is { Attention: { } attention, AttentionOut: { } output }
                ? _path.Pull(_anatomy.Graph.Value(output), _anatomy.Graph.Value(attention.Result), ToLayer(token, layer.Index))
                : null;
        }

        return direction;
    }

    private double[] HeadParts(AttentionAnatomy attention, Direction direction)
    {
        var (values, size) = (_recording.Row(attention.Result, _position).ToArray(), attention.HeadDim);
        return [.. Enumerable.Range(0, attention.Heads).Select(head => direction.Of(values.AsSpan(head * size, size), head * size))];
    }

    // A layer may scale the stream as a whole (RWKV): what came before it is scaled too.
    private static double[] LayerFactors(Anatomy anatomy)
    {
        var factors = new double[anatomy.Layers.Count];
        var factor = 1.0;
        for (var i = factors.Length - 1; i >= 0; i--)
        {
            var output = anatomy.Graph.Value(anatomy.Layers[i].Output).Node;
            factor *= output.Op is Elementwise { Function.Factor: { } scale } ? scale : 1;
            factors[i] = factor;
        }

        return factors;
    }
}
