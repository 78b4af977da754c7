using Sequitur.Kernels.Elementwise;
using Sequitur.Tensors;
using Sequitur.Tensors.Ops;

namespace Sequitur.Insight;

/// <summary>How sparse a feed-forward part is, at each position, <c>[tokens]</c>.</summary>
/// <param name="Positive">The share of the activation function's inputs above 0.</param>
/// <param name="Small">The share of the down projection's inputs that are below a hundredth of the row's largest.</param>
/// <param name="Hoyer">Hoyer's sparseness of those inputs: 0 where all are equal, 1 where one alone is not 0.</param>
public sealed record FeedForwardStatistics(double[] Positive, double[] Small, double[] Hoyer)
{
    private const double SmallShare = 0.01;

    /// <summary>Names of the values that the statistics of all layers read.</summary>
    public static IEnumerable<string> ValuesOf(Anatomy anatomy) =>
        anatomy.Layers.Where(layer => anatomy.Graph.Named.ContainsKey(layer.Name("ffn_act"))).SelectMany(layer => (string[])[Before(anatomy, layer), layer.Name("ffn_act")]);

    /// <summary>The statistics of a layer.</summary>
    /// <returns>Null where the layer has no feed-forward part of that kind.</returns>
    public static FeedForwardStatistics? Of(Recording recording, LayerAnatomy layer)
    {
        if (!recording.Anatomy.Graph.Named.ContainsKey(layer.Name("ffn_act")))
        {
            return null;
        }

        var before = Before(recording.Anatomy, layer);
        double[] Each(Func<int, double> number) => [.. Enumerable.Range(0, recording.Tokens).Select(number)];
        return new(
            Each(t => Share(recording.Row(before, t), x => x > 0)),
            Each(t => ShareSmall(recording.Row(layer.Name("ffn_act"), t))),
            Each(t => Sparseness(recording.Row(layer.Name("ffn_act"), t))));
    }

    // The activation function's input: the gate where there is one.
    private static string Before(Anatomy anatomy, LayerAnatomy layer)
    {
        var act = anatomy.Graph.Value(layer.Name("ffn_act")).Node;
        var function = act.Op is Pairwise pair && pair.Function == Binary.Multiply ? act.Inputs.Select(input => input.Node).First(node => node.Op is Elementwise) : act;
        return function.Op is Elementwise ? NameOf(anatomy.Graph, function.Inputs[0]) : throw new NotSupportedException($"{layer.Name("ffn_act")} is made by no activation function");
    }

    private static string NameOf(Graph graph, Tensor tensor) => graph.Named.First(named => named.Value == tensor).Key;

    private static double Share(ReadOnlySpan<float> x, Func<float, bool> counts)
    {
        var count = 0;
        foreach (var number in x)
        {
            count += counts(number) ? 1 : 0;
        }

        return (double)count / x.Length;
    }

    private static double ShareSmall(ReadOnlySpan<float> x)
    {
        var most = 0f;
        foreach (var number in x)
        {
            most = Math.Max(most, Math.Abs(number));
        }

        return Share(x, number => Math.Abs(number) < SmallShare * most);
    }

    private static double Sparseness(ReadOnlySpan<float> x)
    {
        var (sum, root) = (0.0, Math.Sqrt(x.Length));
        foreach (var number in x)
        {
            sum += Math.Abs((double)number);
        }

        return (root - (sum / StreamStatistics.Length(x))) / (root - 1);
    }
}
