using Sequitur.Engine;
using Sequitur.Kernels.Elementwise;
using Sequitur.Tensors;
using Sequitur.Tensors.Execution;

namespace Sequitur.Insight;

/// <summary>A change of what a model computes, as a user asks for it. With a prompt it becomes a rewrite of the graph; models know nothing of it.</summary>
/// <param name="Value">The name of the value that is changed.</param>
/// <param name="Text">How it was written.</param>
public abstract record Intervention(string Value, string Text)
{
    /// <summary>The change as a rewrite.</summary>
    /// <param name="context">The prompt's runs.</param>
    /// <exception cref="UsageException">The change does not fit the model or the prompt.</exception>
    public abstract GraphRewrite Resolve(InterventionContext context);

    /// <summary>Rewrites for a prompt, in the order in which the model computes what they change: each mean is that of a run with those before it.</summary>
    /// <param name="engine">Whose model it is.</param>
    /// <param name="ids">The prompt.</param>
    /// <param name="interventions">The changes.</param>
    /// <param name="tokenize">Makes the ids of other prompts, which values are patched from.</param>
    /// <param name="cancellation">Ends the runs.</param>
    /// <exception cref="UsageException">A change does not fit the model or the prompt.</exception>
    public static IReadOnlyList<GraphRewrite> Resolve(
        InferenceEngine engine, IReadOnlyList<int> ids, IEnumerable<Intervention> interventions, Func<string, int[]> tokenize, CancellationToken cancellation = default)
    {
        var rewrites = new List<GraphRewrite>();
        foreach (var intervention in interventions.OrderBy(intervention => engine.Graph.Value(intervention.Value).Node.Id))
        {
            rewrites.Add(intervention.Resolve(new InterventionContext(engine, ids, [.. rewrites], tokenize, cancellation)));
        }

        return rewrites;
    }
}

/// <summary>What interventions are resolved with.</summary>
/// <param name="Engine">Whose model it is.</param>
/// <param name="Ids">The prompt.</param>
/// <param name="Earlier">Changes of values that are computed earlier.</param>
/// <param name="Tokenize">Makes the ids of another prompt.</param>
/// <param name="Cancellation">Ends runs.</param>
public sealed record InterventionContext(
    InferenceEngine Engine, IReadOnlyList<int> Ids, IReadOnlyList<GraphRewrite> Earlier, Func<string, int[]> Tokenize, CancellationToken Cancellation)
{
    /// <summary>The shape of a value.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public Shape ShapeOf(string value) => Engine.Graph.Value(value).Shape;

    /// <summary>A value of the prompt's run, with the earlier changes.</summary>
    public CapturedValue Run(string value) => Recording.Of(Engine, Ids, [value], Earlier, Cancellation).Value(value);

    /// <summary>A value of another prompt's run, unchanged.</summary>
    public CapturedValue Run(string value, string prompt) => Recording.Of(Engine, Tokenize(prompt), [value], null, Cancellation).Value(value);

    /// <summary>A rewrite of all columns.</summary>
    public ValueEdit Edit(string value, Positions positions, float scale, float[]? addend) =>
        new(value, new RowEdit(positions.Of(Ids.Count), 0, ShapeOf(value).Columns, scale, addend));
}
