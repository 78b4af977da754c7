namespace Sequitur.Insight;

/// <summary>Reads what each layer of a run did at the last position.</summary>
/// <param name="recording">The run.</param>
/// <param name="options">How much is kept.</param>
/// <param name="logit">What made the chosen token's logit, if that is known.</param>
/// <param name="lens">What the lens shows at the last position, if it shows anything.</param>
internal sealed class LayerReader(Recording recording, ExplanationOptions options, Attribution? logit, List<LensRow>? lens)
{
    /// <summary>The heads of each layer, and the patterns that are kept.</summary>
    public sealed record HeadMaps(IReadOnlyList<IReadOnlyList<ExplainedHead>> Heads, IReadOnlyList<AttentionPattern> Patterns);

    /// <summary>All layers.</summary>
    /// <param name="maps">Their heads; null where they are not known.</param>
    public IReadOnlyList<ExplainedLayer> Layers(HeadMaps? maps) => [.. recording.Anatomy.Layers.Select(layer => new ExplainedLayer(
        layer.Index, Length(layer.Output), Length(layer.AttentionOut), Length(layer.FeedForwardOut), logit?.Attention[layer.Index], logit?.FeedForward[layer.Index],
        lens?[layer.Index + 1], maps?.Heads[layer.Index] ?? []))];

    /// <summary>Computes the attention weights of one layer after the other and keeps what is shown of them.</summary>
    /// <exception cref="NotSupportedException">They are not known.</exception>
    public HeadMaps ReadHeads(CancellationToken cancellation)
    {
        var (maps, heads, shown) = (new AttentionMaps(recording), new List<IReadOnlyList<ExplainedHead>>(), PatternLayer());
        var patterns = new List<AttentionPattern>();
        foreach (var layer in recording.Anatomy.Layers)
        {
            cancellation.ThrowIfCancellationRequested();
            if (layer.Attention is not { } attention)
            {
                heads.Add([]);
                continue;
            }

            var weights = maps.Layer(layer.Index);
            var statistics = HeadStatistics.Of(weights, attention.Heads, entropies: 1);
            heads.Add([.. Enumerable.Range(0, attention.Heads).Select(head => Head(layer.Index, head, weights, statistics))]);
            if (layer.Index == shown)
            {
                patterns.AddRange(Enumerable.Range(0, attention.Heads).Where(head => head == (options.Head ?? head)).Select(head => Pattern(layer.Index, head, attention.Heads, weights)));
            }
        }

        return new(heads, patterns);
    }

    private double Length(string? name) => name is null ? 0 : StreamStatistics.Length(recording.Row(name, recording.Tokens - 1));

    // By default the layer with the head that adds most to the logit, whose attention means something to a reader.
    private int PatternLayer() => options.Layer
        ?? (logit is null ? -1 : recording.Anatomy.Layers.Where(layer => logit.Heads[layer.Index].Length > 0).Select(layer => (int?)layer.Index).MaxBy(i => logit.Heads[i!.Value].Max()) ?? -1)
        switch
        {
            >= 0 and var best => best,
            _ => recording.Anatomy.Layers.First(layer => layer.Attention is not null).Index,
        };

    private ExplainedHead Head(int layer, int head, float[] weights, HeadStatistics statistics)
    {
        var (tokens, heads) = (recording.Tokens, statistics.Self.Length);
        var row = weights.AsSpan((((tokens - 1) * heads) + head) * tokens, tokens);
        return new(
            layer, head, statistics.Entropy[head][^1], statistics.First[head][^1], statistics.Previous[head], statistics.Self[head], logit?.Heads[layer][head],
            [.. Distributions.Top(row, Math.Min(options.Links, tokens)).Select(position => new AttentionLink(position, weights[((((tokens - 1) * heads) + head) * tokens) + position]))]);
    }

    private AttentionPattern Pattern(int layer, int head, int heads, float[] weights)
    {
        var tokens = recording.Tokens;
        var kept = Math.Min(tokens, options.PatternPositions);
        var first = tokens - kept;
        return new(layer, head, first, [.. Enumerable.Range(first, kept).Select(t => weights.AsSpan((((t * heads) + head) * tokens) + first, kept).ToArray())]);
    }
}
