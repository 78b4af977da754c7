namespace Sequitur.Insight;

/// <summary>Lengths (L2) of the residual stream and of what is added to it.</summary>
/// <param name="Stream"><c>[layers + 1][tokens]</c>.</param>
/// <param name="Attention">What attentions add, <c>[layers][tokens]</c>.</param>
/// <param name="FeedForward">What feed-forward parts add, <c>[layers][tokens]</c>.</param>
/// <param name="Cosine">The cosine between the stream before and behind a layer, <c>[layers][tokens]</c>.</param>
public sealed record StreamStatistics(double[][] Stream, double[][] Attention, double[][] FeedForward, double[][] Cosine)
{
    /// <summary>The statistics of a run with the stream and what layers add recorded.</summary>
    public static StreamStatistics Of(Recording recording)
    {
        var anatomy = recording.Anatomy;
        double[] Each(Func<int, double> number) => [.. Enumerable.Range(0, recording.Tokens).Select(number)];
        double[] Lengths(string? name) => Each(t => name is null ? 0 : Length(recording.Row(name, t)));
        return new(
            [.. anatomy.Stream.Select(Lengths)],
            [.. anatomy.Layers.Select(layer => Lengths(layer.AttentionOut))],
            [.. anatomy.Layers.Select(layer => Lengths(layer.FeedForwardOut))],
            [.. anatomy.Layers.Select(layer => Each(t => Between(recording.Row(layer.Input, t), recording.Row(layer.Output, t))))]);
    }

    /// <summary>√Σ x².</summary>
    public static double Length(ReadOnlySpan<float> x) => Math.Sqrt(Product(x, x));

    private static double Between(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => Product(a, b) / (Length(a) * Length(b));

    private static double Product(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += (double)a[i] * b[i];
        }

        return sum;
    }
}

/// <summary>How the model took each token of a prompt.</summary>
/// <param name="Surprisal">−ln p of each token but the first, given those before it, <c>[tokens − 1]</c>.</param>
/// <param name="Entropy">Entropy of the prediction behind each token, <c>[tokens]</c>.</param>
public sealed record Predictions(double[] Surprisal, double[] Entropy)
{
    /// <summary>The predictions of a run with the stream recorded.</summary>
    public static Predictions Of(Recording recording, Lens lens)
    {
        var result = new Predictions(new double[recording.Tokens - 1], new double[recording.Tokens]);
        lens.Look([recording.Anatomy.Layers.Count], [.. Enumerable.Range(0, recording.Tokens)], (_, position, logits) =>
        {
            result.Entropy[position] = Distributions.Entropy(logits);
            if (position + 1 < recording.Tokens)
            {
                result.Surprisal[position] = -Distributions.LogProbability(logits, recording.Ids[position + 1]);
            }
        });
        return result;
    }
}
