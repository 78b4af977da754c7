using Sequitur.Kernels.Attention;
using Sequitur.Tensors;
using Sequitur.Tensors.Execution;
using Sequitur.Tensors.Ops;

namespace Sequitur.Insight;

/// <summary>
/// Attention weights of a recording. They are never stored by a run: they are computed again from its queries and keys, by the attention itself over values that are 1 at
/// their own position and 0 elsewhere, so that scale, mask, window and terms are what the run used.
/// </summary>
/// <param name="recording">A run with <see cref="ValuesOf"/> recorded.</param>
public sealed class AttentionMaps(Recording recording)
{
    private readonly Dictionary<(AttentionSpec, int, int, int), Plan> _plans = [];

    /// <summary>Names of the values that attention weights are made of.</summary>
    public static IEnumerable<string> ValuesOf(Anatomy anatomy) =>
        anatomy.Layers.Where(layer => layer.Attention is not null).SelectMany(layer => (string[])[layer.Attention!.Query, layer.Attention.Key]);

    /// <summary>The weights of a layer, <c>[tokens, heads, tokens]</c>: of each query, of each head, at each key; 0 at keys that it does not see.</summary>
    /// <exception cref="UsageException">The layer has no attention.</exception>
    /// <exception cref="NotSupportedException">Its scores have terms with weights of their own.</exception>
    public float[] Layer(int layer)
    {
        var attention = recording.Anatomy.Head(layer, 0);
        var plan = PlanOf(attention);
        var (q, k) = (recording.Value(attention.Query), recording.Value(attention.Key));
        q.Numbers[..(recording.Tokens * q.Columns)].CopyTo(plan.Input("q").AsSpan<float>());
        Rounded(k.Numbers[..(recording.Tokens * k.Columns)], attention.Node.Inputs[1].Shape.Last, plan.Input("k").AsSpan<float>());
        plan.Run();
        return plan.Floats("weights");
    }

    // Keys are rounded to the cache's format, head by head, before they are read.
    private void Rounded(ReadOnlySpan<float> keys, int headDim, Span<float> result)
    {
        keys.CopyTo(result);
        for (var start = 0; start < keys.Length && recording.Engine.Choices.Cache is { } cache; start += headDim)
        {
            CacheRounding.Round(cache.Format, result.Slice(start, headDim));
        }
    }

    private Plan PlanOf(AttentionAnatomy attention)
    {
        var spec = ((Attention)attention.Node.Op).Spec;
        var (q, k) = (attention.Node.Inputs[0].Shape, attention.Node.Inputs[1].Shape);
        if (spec.Terms.Any(term => term.Tensors.Count > 0))
        {
            throw new NotSupportedException("attention weights with score terms that have weights of their own are not shown yet");
        }

        var key = (spec, q[1], k[1], q.Last);
        if (!_plans.TryGetValue(key, out var plan))
        {
            _plans[key] = plan = Build(spec, q, k);
        }

        return plan;
    }

    private Plan Build(AttentionSpec spec, Shape q, Shape k)
    {
        var (graph, tokens) = (new Graph(), recording.Tokens);
        var rows = Ragged.In(graph, "tokens");
        var weights = graph.NumberInput("q", new Shape("tokens", q[1], q[2])).Attend(
            graph.NumberInput("k", new Shape("tokens", k[1], k[2])), graph.NumberInput("v", new Shape("tokens", k[1], tokens)), rows, rows, spec);
        graph.Output("weights", weights);
        var plan = Plan.Build(graph, recording.Engine.PlanOptions with
        {
            Capacity = new Dictionary<string, long> { ["tokens"] = tokens, [Ragged.Sequences] = 1 },
            Caches = null,
            Keep = [],
        });
        plan.SetSize("tokens", tokens);
        plan.SetSize(Ragged.Sequences, 1);
        Fill(plan, k[1]);
        return plan;
    }

    private void Fill(Plan plan, int keyHeads)
    {
        var tokens = recording.Tokens;
        var values = plan.Input("v").AsSpan<float>();
        values.Clear();
        for (var row = 0; row < tokens; row++)
        {
            plan.Input("tokens.sequence").AsSpan<int>()[row] = 0;
            plan.Input("tokens.position").AsSpan<int>()[row] = row;
            for (var head = 0; head < keyHeads; head++)
            {
                values[(((row * keyHeads) + head) * tokens) + row] = 1;
            }
        }

        (plan.Input("tokens.first").AsSpan<int>()[0], plan.Input("tokens.count").AsSpan<int>()[0], plan.Input("tokens.length").AsSpan<int>()[0]) = (0, tokens, tokens);
    }
}
