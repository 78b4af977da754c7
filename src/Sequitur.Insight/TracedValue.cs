using Sequitur.Engine;
using Sequitur.Tensors.Execution;

namespace Sequitur.Insight;

/// <summary>A named inner value of a prompt's run, as numbers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its sizes: the first one counts rows.</param>
/// <param name="Numbers">Its numbers, row after row.</param>
/// <param name="HasPositions">Whether a row belongs to a position of the prompt; else to the row of logits behind it.</param>
public sealed record TracedValue(string Name, IReadOnlyList<long> Shape, float[] Numbers, bool HasPositions)
{
    // Attention weights are no value of the graph: they are computed again for who asks.
    private const string Weights = "attn_weights";

    /// <summary>Numbers a row.</summary>
    public int Columns => (int)(Numbers.LongLength / Math.Max(Shape[0], 1));

    /// <summary>Names of all values of a model that can be traced, in the order in which they are computed.</summary>
    public static IReadOnlyList<string> NamesOf(InferenceEngine engine) =>
    [
        .. engine.Graph.Named.Where(named => CapturedValue.Fits(named.Value)).OrderBy(named => named.Value.Node.Id).Select(named => named.Key),
        .. WeightNames(engine).Select(weights => weights.Name),
    ];

    /// <summary>Runs a prompt and hands out values.</summary>
    /// <param name="engine">What runs it.</param>
    /// <param name="ids">The prompt.</param>
    /// <param name="names">The values; <c>*</c> stands for any part of a name. <c>layers.{i}.attn_weights</c> <c>[tokens, heads, tokens]</c> are attention weights.</param>
    /// <param name="rewrites">Changes of the model.</param>
    /// <param name="cancellation">Ends the run between steps.</param>
    /// <exception cref="UsageException">A value does not exist.</exception>
    public static IReadOnlyList<TracedValue> Of(
        InferenceEngine engine, IReadOnlyList<int> ids, IReadOnlyList<string> names, IReadOnlyList<GraphRewrite>? rewrites = null, CancellationToken cancellation = default)
    {
        var weights = WeightNames(engine).Where(known => names.Any(name => Matches(name, known.Name))).ToArray();
        var values = names.Where(name => weights.Length == 0 || !weights.Any(known => Matches(name, known.Name)) || engine.Graph.Named.Keys.Any(value => Matches(name, value))).ToArray();
        IEnumerable<string> needed = weights.Length > 0 ? AttentionMaps.ValuesOf(Anatomy.Of(engine)) : [];
        var recording = Recording.Of(engine, ids, [.. values, .. needed], rewrites, cancellation);
        var maps = new AttentionMaps(recording);
        return
        [
            .. recording.Names.Where(name => values.Any(pattern => Matches(pattern, name))).Select(name => Of(name, recording.Value(name))),
            .. weights.Select(known => new TracedValue(known.Name, [ids.Count, known.Heads, ids.Count], maps.Layer(known.Layer), true)),
        ];
    }

    private static TracedValue Of(string name, CapturedValue value) =>
        new(name, [value.Rows, .. value.Shape.Dimensions.Skip(1).Select(d => d.Factor)], value.Numbers.ToArray(), !value.RowIsOutput);

    private static IEnumerable<(string Name, int Layer, int Heads)> WeightNames(InferenceEngine engine)
    {
        try
        {
            return [.. Anatomy.Of(engine).Layers.Where(layer => layer.Attention is not null).Select(layer => (layer.Name(Weights), layer.Index, layer.Attention!.Heads))];
        }
        catch (NotSupportedException)
        {
            return []; // no decoder: its values have names, but it has no layers that are known
        }
    }

    private static bool Matches(string pattern, string name) => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}
