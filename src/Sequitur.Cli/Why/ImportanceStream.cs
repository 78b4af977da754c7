using System.Diagnostics;
using Sequitur.Engine;
using Sequitur.Insight;
using Sequitur.Tensors.Execution;

namespace Sequitur.Cli.Why;

/// <summary>What a token of the prompt matters for the chosen one.</summary>
/// <param name="Position">Its position.</param>
/// <param name="Removed">The change of the log-probability without it; null where it cannot be taken out.</param>
/// <param name="Masked">The change when no other position sees it; null where there is no attention.</param>
internal sealed record Importance(int Position, double? Removed, double? Masked);

/// <summary>Which tokens of a prompt matter: gradients of all, then real passes without some of them, handed out as they come.</summary>
internal sealed class ImportanceStream
{
    /// <summary>Tokens that real passes are made for unless all are wanted.</summary>
    public const int Most = 8;

    private readonly Counterfactuals _passes;
    private readonly int _tokens;

    /// <param name="engine">What runs the passes.</param>
    /// <param name="ids">The prompt.</param>
    /// <param name="token">The chosen token.</param>
    /// <param name="rewrites">Changes of the model.</param>
    /// <param name="unchanged">The token's log-probability behind the whole prompt.</param>
    public ImportanceStream(InferenceEngine engine, IReadOnlyList<int> ids, int token, IReadOnlyList<GraphRewrite> rewrites, double? unchanged)
    {
        _tokens = ids.Count;
        _passes = unchanged is { } known ? new Counterfactuals(engine, ids, token, rewrites) { Unchanged = known } : new Counterfactuals(engine, ids, token, rewrites);
        try
        {
            Gradients = new EmbeddingGradients(engine, ids, token, rewrites).TimesInput();
        }
        catch (NotSupportedException problem)
        {
            NoGradients = problem.Message;
        }
    }

    /// <summary>Gradient times input of each token, <c>[tokens]</c>; null where the family has none.</summary>
    public double[]? Gradients { get; }

    /// <summary>Why there are no gradients.</summary>
    public string? NoGradients { get; }

    /// <summary>The log-probability with the whole prompt.</summary>
    public double Unchanged => _passes.Unchanged;

    /// <summary>The positions that passes are made for: those with the largest gradients, or all; without gradients the last ones.</summary>
    public IReadOnlyList<int> Chosen(bool all) => all ? [.. Enumerable.Range(0, _tokens)]
        : Gradients is null ? [.. Enumerable.Range(Math.Max(0, _tokens - Most), Math.Min(Most, _tokens))]
        : [.. Enumerable.Range(0, _tokens).OrderByDescending(i => Math.Abs(Gradients[i])).ThenBy(i => i).Take(Most)];

    /// <summary>How long the passes for some positions will take, from the time of one.</summary>
    public TimeSpan Estimate(int positions)
    {
        _ = Unchanged;
        _ = Remove(0, default); // the first one builds a plan
        var started = Stopwatch.GetTimestamp();
        _ = Remove(0, default);
        return Stopwatch.GetElapsedTime(started) * 2 * positions;
    }

    /// <summary>Makes the passes for a position.</summary>
    public Importance At(int position, CancellationToken cancellation) => new(position, Remove(position, cancellation), Mask(position, cancellation));

    private double? Remove(int position, CancellationToken cancellation) => _tokens > 1 ? _passes.Remove(position, cancellation) : null;

    private double? Mask(int position, CancellationToken cancellation)
    {
        try
        {
            return _passes.Mask(position, cancellation);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }
}
