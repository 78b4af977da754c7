using System.Globalization;
using Sequitur.Engine;
using Sequitur.Models;
using Sequitur.Tensors;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Ops;

namespace Sequitur.Insight;

/// <summary>
/// The parts of a decoder, found in its graph by names and operations: no family has a line here. r₀ is <c>embed</c>, rᵢ₊₁ is <c>layers.{i}.l_out</c>.
/// </summary>
public sealed class Anatomy
{
    private Anatomy(Graph graph, IReadOnlyList<LayerAnatomy> layers)
    {
        Graph = graph;
        Layers = layers;
        Stream = [Names.Embed, .. layers.Select(layer => layer.Output)];
        Width = graph.Value(Names.Embed).Shape.Columns;
    }

    /// <summary>The graph, with the inner values named that attributions read.</summary>
    public Graph Graph { get; }

    /// <summary>The layers.</summary>
    public IReadOnlyList<LayerAnatomy> Layers { get; }

    /// <summary>Names of the residual stream before the first layer, between layers and after the last: one more than there are layers.</summary>
    public IReadOnlyList<string> Stream { get; }

    /// <summary>Width of the residual stream.</summary>
    public int Width { get; }

    /// <summary>Most query heads of a layer; 0 where nothing is attention.</summary>
    public int Heads => Layers.Select(layer => layer.Attention?.Heads ?? 0).DefaultIfEmpty(0).Max();

    /// <summary>The parts of what an engine runs.</summary>
    /// <exception cref="NotSupportedException">The model is no decoder with a residual stream: an encoder, an encoder-decoder.</exception>
    public static Anatomy Of(InferenceEngine engine) => Of(engine.Model, engine.Graph);

    /// <summary>The parts of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="graph">Its graph, before lowering.</param>
    /// <exception cref="NotSupportedException">The model is no decoder with a residual stream.</exception>
    public static Anatomy Of(Model model, Graph graph)
    {
        if (model is not CausalLanguageModel || !graph.Named.ContainsKey(Names.Embed) || !graph.Outputs.ContainsKey(Outputs.Logits))
        {
            throw new NotSupportedException($"{model.GetType().Name} has no residual stream that leads to logits, so there is no lens and no attribution for it");
        }

        var named = new NameParts().Apply(graph);
        var layers = new List<LayerAnatomy>();
        for (var i = 0; named.Named.ContainsKey(Names.Layer(i, "l_out")); i++)
        {
            layers.Add(LayerAnatomy.Of(named, i));
        }

        return new Anatomy(named, layers);
    }

    /// <summary>A layer by its number.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public LayerAnatomy Layer(int index) => index >= 0 && index < Layers.Count
        ? Layers[index]
        : throw new UsageException($"there is no layer {index}: the model has layers 0 to {Layers.Count - 1}");

    /// <summary>A layer's attention, if it has the head.</summary>
    /// <exception cref="UsageException">It has not, or is none.</exception>
    public AttentionAnatomy Head(int layer, int head)
    {
        var attention = Layer(layer).Attention ?? throw new UsageException($"layer {layer} has no attention heads");
        return head >= 0 && head < attention.Heads
            ? attention
            : throw new UsageException($"there is no head {head} in layer {layer}: it has heads 0 to {attention.Heads - 1}");
    }
}

/// <summary>The parts of one layer, as names of values.</summary>
/// <param name="Index">Its number, from 0.</param>
/// <param name="Input">The stream before it.</param>
/// <param name="AttentionOut">What its attention (or recurrence) adds to the stream; null where it adds nothing of that name.</param>
/// <param name="FeedForwardOut">What its feed-forward part adds.</param>
/// <param name="Output">The stream behind it.</param>
/// <param name="Attention">Its heads; null where nothing is attention.</param>
public sealed record LayerAnatomy(int Index, string Input, string? AttentionOut, string? FeedForwardOut, string Output, AttentionAnatomy? Attention)
{
    /// <summary>The full name of one of the layer's values.</summary>
    public string Name(string value) => Names.Layer(Index, value);

    internal static LayerAnatomy Of(Graph graph, int index)
    {
        string? Known(string value) => graph.Named.ContainsKey(Names.Layer(index, value)) ? Names.Layer(index, value) : null;
        var heads = Known("attn_heads") is { } name ? AttentionAnatomy.Find(graph, name) : null;
        return new(index, index == 0 ? Names.Embed : Names.Layer(index - 1, "l_out"), Known("attn_out"), Known("ffn_out"), Names.Layer(index, "l_out"), heads);
    }
}

/// <summary>A layer's attention.</summary>
/// <param name="Node">The operation.</param>
/// <param name="Result">The name of what its heads put out, <c>[tokens, heads, head_dim]</c>.</param>
/// <param name="Query">The name of the queries as they enter the scores.</param>
/// <param name="Key">The name of the keys.</param>
/// <param name="Value">The name of the values.</param>
public sealed record AttentionAnatomy(Node Node, string Result, string Query, string Key, string Value)
{
    /// <summary>Query heads.</summary>
    public int Heads => Node.Inputs[0].Shape[1];

    /// <summary>Key and value heads.</summary>
    public int KeyHeads => Node.Inputs[1].Shape[1];

    /// <summary>Numbers of a value, as it is kept.</summary>
    public int ValueDim => Node.Inputs[2].Shape.Last;

    /// <summary>Numbers of a head's result: those of a value, but where each head makes its own of a common latent (DeepSeek-V2).</summary>
    public required int HeadDim { get; init; }

    /// <summary>The key and value head that a query head reads.</summary>
    public int KeyHeadOf(int head) => head / (Heads / KeyHeads);

    internal static AttentionAnatomy? Find(Graph graph, string result)
    {
        var node = graph.Value(result).Node;
        while (node.Op is EditRows or HeadMatMul || node.Op.IsView)
        {
            node = node.Inputs[0].Node;
        }

        return node.Op is Attention ? new AttentionAnatomy(node, result, NameOf(graph, node, 0), NameOf(graph, node, 1), NameOf(graph, node, 2))
        {
            HeadDim = graph.Value(result).Shape.Columns / node.Inputs[0].Shape[1],
        } : null;
    }

    private static string NameOf(Graph graph, Node node, int input) => graph.Named.First(named => named.Value == node.Inputs[input]).Key;
}

/// <summary>Names of values that all families share.</summary>
public static class Names
{
    /// <summary>The stream before the first layer.</summary>
    public const string Embed = "embed";

    /// <summary>The token's own part of <see cref="Embed"/>, where learned positions are added to it.</summary>
    public const string TokenEmbedding = "embed_token";

    /// <summary>The learned position's part of <see cref="Embed"/>.</summary>
    public const string PositionEmbedding = "embed_position";

    /// <summary>The input of the output layer.</summary>
    public const string FinalNorm = "final_norm";

    /// <summary>The logits.</summary>
    public const string Logits = Outputs.Logits;

    /// <summary>A value of a layer.</summary>
    public static string Layer(int index, string value) => string.Create(CultureInfo.InvariantCulture, $"layers.{index}.{value}");
}

/// <summary>
/// Names what attributions read and a family has not named: the parts of an embedding with learned positions, what enters an attention (<c>…_query</c>, <c>…_key</c>, <c>…_value</c>), and what enters a norm (<c>…_before</c>).
/// It changes no number.
/// </summary>
public sealed class NameParts : GraphRewrite
{
    /// <inheritdoc/>
    public override string Description => "names";

    /// <inheritdoc/>
    public override Graph Apply(Graph source)
    {
        var graph = GraphCopy.Of(source);
        var names = graph.Named.GroupBy(named => named.Value).ToDictionary(group => group.Key, group => group.First().Key);
        void Name(Tensor tensor, string name)
        {
            if (!names.ContainsKey(tensor) && !graph.Named.ContainsKey(name) && tensor.Node.Op is not (InputValue or ParameterValue))
            {
                graph.Name(name, tensor);
                names[tensor] = name;
            }
        }

        if (graph.Value(Names.Embed).Node is { Op: Pairwise, Inputs: [{ Node.Op: Embedding } token, { Node.Op: Embedding } position] })
        {
            Name(token, Names.TokenEmbedding);
            Name(position, Names.PositionEmbedding);
        }

        foreach (var node in graph.Nodes)
        {
            if (node.Op is Attention && Owner(graph, node, names) is { } heads)
            {
                Name(node.Inputs[0], $"{heads}_query");
                Name(node.Inputs[1], $"{heads}_key");
                Name(node.Inputs[2], $"{heads}_value");
            }
            else if (node.Op is RmsNorm or LayerNorm && names.TryGetValue(node.Outputs[0], out var norm))
            {
                Name(node.Inputs[0].Node.Op is GatherRows ? node.Inputs[0].Node.Inputs[0] : node.Inputs[0], $"{norm}_before");
            }
        }

        return graph;
    }

    // The name of an attention's result, or of the value that is made of it first.
    private static string? Owner(Graph graph, Node node, Dictionary<Tensor, string> names)
    {
        var tensor = node.Outputs[0];
        while (!names.ContainsKey(tensor))
        {
            var reader = graph.Nodes.FirstOrDefault(next => next.Inputs.Count > 0 && next.Inputs[0] == tensor);
            if (reader is null)
            {
                return null;
            }

            tensor = reader.Outputs[0];
        }

        return names[tensor];
    }
}
