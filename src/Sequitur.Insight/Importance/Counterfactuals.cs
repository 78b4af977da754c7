using Sequitur.Engine;
using Sequitur.Tensors.Execution;

namespace Sequitur.Insight;

/// <summary>
/// What a token's log-probability would be without one token of the prompt, by real passes in the engine's own precision. Negative changes: the token supports the choice.
/// </summary>
/// <param name="engine">What runs them; nothing else may run in it meanwhile.</param>
/// <param name="ids">The prompt.</param>
/// <param name="token">The token behind it that is looked at.</param>
/// <param name="rewrites">Changes of the model.</param>
public sealed class Counterfactuals(InferenceEngine engine, IReadOnlyList<int> ids, int token, IReadOnlyList<GraphRewrite>? rewrites = null)
{
    private double? _unchanged;

    /// <summary>The log-probability with the whole prompt; computed unless it is given.</summary>
    public double Unchanged
    {
        get => _unchanged ??= LogProbability(ids, []);
        init => _unchanged = value;
    }

    /// <summary>The change when a token is taken out and the others move together. Without the last token this is the prediction at the one before it.</summary>
    /// <exception cref="UsageException">It is the only token, or there is none.</exception>
    public double Remove(int index, CancellationToken cancellation = default) => ids.Count > 1
        ? LogProbability([.. ids.Where((_, i) => i != Checked(index))], [], cancellation) - Unchanged
        : throw new UsageException("the only token of a prompt cannot be taken out");

    /// <summary>The change when no other position sees the token, in any layer and head; positions stay. 0 for the last token by definition: nothing sees it but itself.</summary>
    /// <exception cref="UsageException">There is no such token.</exception>
    /// <exception cref="NotSupportedException">The model has no attention.</exception>
    public double Mask(int index, CancellationToken cancellation = default) =>
        Checked(index) == ids.Count - 1 ? 0 : LogProbability(ids, [new HideKey(index)], cancellation) - Unchanged;

    private int Checked(int index) => index >= 0 && index < ids.Count
        ? index
        : throw new UsageException($"there is no token {index}: the prompt has tokens 0 to {ids.Count - 1}");

    private double LogProbability(IReadOnlyList<int> prompt, IReadOnlyList<GraphRewrite> more, CancellationToken cancellation = default)
    {
        var recording = Recording.Of(engine, prompt, [], [.. rewrites ?? [], .. more], cancellation);
        return Distributions.LogProbability(recording.Logits, token);
    }
}
