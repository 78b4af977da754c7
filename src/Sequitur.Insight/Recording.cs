using Sequitur.Engine;
using Sequitur.Tensors.Execution;

namespace Sequitur.Insight;

/// <summary>
/// One run of a prompt with its inner values, the very numbers that choose the next token: computed by the engine as always, in its precision, with its cache.
/// </summary>
public sealed class Recording
{
    private readonly Generation _generation;

    // The chosen token, from 0, behind whose prompt and predecessors the run is looked at.
    private int _step;

    private Recording(Anatomy anatomy, InferenceEngine engine, Generation generation)
    {
        Anatomy = anatomy;
        Engine = engine;
        _generation = generation;
        Ids = generation.Request.Ids;
    }

    /// <summary>The model's parts, as they ran.</summary>
    public Anatomy Anatomy { get; }

    /// <summary>What ran it.</summary>
    public InferenceEngine Engine { get; }

    /// <summary>The run itself.</summary>
    public Generation Generation => _generation;

    /// <summary>The prompt, and what was chosen before the token that is looked at.</summary>
    public IReadOnlyList<int> Ids { get; private init; }

    /// <summary>Positions of <see cref="Ids"/>.</summary>
    public int Tokens => Ids.Count;

    /// <summary>The logits behind the last position, <c>[vocabulary]</c>.</summary>
    public ReadOnlySpan<float> Logits => _generation.Logits![_step];

    /// <summary>The changes that it ran with.</summary>
    public IReadOnlyList<GraphRewrite> Rewrites { get; private init; } = [];

    /// <summary>Runs a prompt.</summary>
    /// <param name="engine">What runs it; nothing else may run in it meanwhile.</param>
    /// <param name="ids">The prompt.</param>
    /// <param name="names">Names of values to record; <c>*</c> for any part of a name.</param>
    /// <param name="rewrites">Changes of the model.</param>
    /// <param name="cancellation">Ends the run between steps.</param>
    /// <exception cref="UsageException">A value does not exist, or a change does not fit.</exception>
    /// <exception cref="CapacityException">The prompt is longer than the context.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public static Recording Of(
        InferenceEngine engine, IReadOnlyList<int> ids, IEnumerable<string> names, IReadOnlyList<GraphRewrite>? rewrites = null, CancellationToken cancellation = default)
    {
        return Of(engine, new Request { Ids = ids, MaxTokens = 1, Rewrites = rewrites ?? [] }, names, null, cancellation);
    }

    /// <summary>Runs a request to its end, and looks at its first token; <see cref="At"/> looks at the others.</summary>
    /// <param name="engine">What runs it; nothing else may run in it meanwhile.</param>
    /// <param name="request">The prompt, its changes, and how it goes on.</param>
    /// <param name="names">Names of values to record; <c>*</c> for any part of a name.</param>
    /// <param name="stepped">Called after every step.</param>
    /// <param name="cancellation">Ends the run between steps.</param>
    /// <exception cref="UsageException">A value does not exist, or a change does not fit.</exception>
    /// <exception cref="CapacityException">The prompt is longer than the context.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public static Recording Of(
        InferenceEngine engine, Request request, IEnumerable<string> names, Action<Generation>? stepped = null, CancellationToken cancellation = default)
    {
        var rewrites = request.Rewrites;
        var anatomy = Anatomy.Of(engine.Model, rewrites.Aggregate(engine.Graph, (graph, rewrite) => rewrite.Apply(graph)));
        string[] captured = [.. names.Distinct()];
        var generation = engine.Submit(
            request with { KeepLogits = true, Capture = captured, Rewrites = captured.Length > 0 ? [.. rewrites, new NameParts()] : rewrites }, cancellation);
        while (!generation.IsFinished)
        {
            engine.Step();
            stepped?.Invoke(generation);
        }

        cancellation.ThrowIfCancellationRequested();
        return generation.Error is { } error
            ? throw error as SequiturException ?? new SequiturException($"the engine failed: {error.Message}", error)
            : new Recording(anatomy, engine, generation) { Rewrites = rewrites };
    }

    /// <summary>The same run where it chose a later token: as if all before that token had been the prompt.</summary>
    /// <param name="step">Number of the token in the answer, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The run chose no such token.</exception>
    public Recording At(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, _generation.Logits!.Count);
        return new(Anatomy, Engine, _generation) { Rewrites = Rewrites, _step = step, Ids = [.. _generation.Request.Ids, .. _generation.Tokens[..step]] };
    }

    /// <summary>A recorded value.</summary>
    /// <exception cref="UsageException">It was not recorded.</exception>
    public CapturedValue Value(string name) => _generation.Captured.TryGetValue(name, out var value)
        ? value
        : throw new UsageException($"the value '{name}' was not recorded");

    /// <summary>Names of all recorded values.</summary>
    public IEnumerable<string> Names => _generation.Captured.Keys;

    /// <summary>A row of a recorded value: of a position, or of the token that is looked at where rows belong to chosen tokens.</summary>
    public ReadOnlySpan<float> Row(string name, int position)
    {
        var value = Value(name);
        return value.Row(value.RowIsOutput ? _step : position);
    }
}
