using System.Threading.Tasks.Sources;
using Sequitur.Engine.Sampling;
using Sequitur.Engine.Speculation;
using Sequitur.Tensors;
using Sequitur.Tokenizers;

namespace Sequitur.Engine;

/// <summary>
/// A running request: tokens appear as they are generated. One reader may wait for them without a thread; nothing is allocated per token.
/// </summary>
public sealed class Generation : IValueTaskSource<bool>
{
    private readonly Lock _lock = new();
    private readonly int[] _tokens;
    private readonly Dictionary<string, CapturedValue> _captured = [];
    private ManualResetValueTaskSourceCore<bool> _signal = new() { RunContinuationsAsynchronously = true };
    private int _count;
    private bool _waiting;
    private readonly TokenText? _text;
    private volatile FinishReason _reason;

    /// <param name="request">What was asked for.</param>
    /// <param name="variant">The model as the request wants it.</param>
    /// <param name="most">The most tokens that can come, by the request and the context.</param>
    /// <param name="cancellation">Ends it.</param>
    internal Generation(Request request, ModelVariant variant, int most, CancellationToken cancellation)
    {
        Request = request;
        Variant = variant;
        Cancellation = cancellation;
        _tokens = new int[most];
        Logits = request.KeepLogits ? [] : null;
        Reports = request.KeepReports ? [] : null;
        _text = request.StopText is { } stop ? new TokenText(stop.Vocabulary, new StopStrings(stop.Strings)) : null;
    }

    /// <summary>What was asked for.</summary>
    public Request Request { get; }

    /// <summary>The tokens so far, the stop token not included.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Volatile.Read(ref _count));

    /// <summary>Why it ended; <see cref="FinishReason.None"/> while it runs.</summary>
    public FinishReason Reason => _reason;

    /// <summary>The token that ended it; null if something else did.</summary>
    public int? StopToken { get; private set; }

    /// <summary>The string that ended it; null if something else did.</summary>
    public string? StopString => _text?.StopString;

    /// <summary>Whether no more tokens will come.</summary>
    public bool IsFinished => Reason != FinishReason.None;

    /// <summary>What went wrong, if it failed.</summary>
    public Exception? Error { get; private set; }

    /// <summary>The logits that chose each token (the stop token's too), where the request keeps them.</summary>
    public IList<float[]>? Logits { get; }

    /// <summary>How each token was chosen (the stop token too), where the request keeps reports.</summary>
    public IList<SamplingReport>? Reports { get; }

    /// <summary>The inner values that the request captures, by name, as far as they are computed.</summary>
    public IReadOnlyDictionary<string, CapturedValue> Captured => _captured;

    /// <summary>What drafting tokens ahead did; null where it is off.</summary>
    public SpeculationCounts? Speculation { get; internal set; }

    /// <summary>Why no tokens are drafted although the engine does that; null where they are, and where it does not.</summary>
    public string? WhyNoSpeculation { get; internal set; }

    internal CancellationToken Cancellation { get; }

    /// <summary>The most tokens that can come.</summary>
    internal int Most => _tokens.Length;

    internal ModelVariant Variant { get; }

    /// <summary>Waits until there are more than <paramref name="seen"/> tokens, or the end; true if there are more.</summary>
    public ValueTask<bool> WaitAsync(int seen)
    {
        lock (_lock)
        {
            if (_count > seen || IsFinished)
            {
                return new ValueTask<bool>(_count > seen);
            }

            if (_waiting)
            {
                throw new InvalidOperationException("a generation has one reader at a time");
            }

            _waiting = true;
            _signal.Reset();
            return new ValueTask<bool>(this, _signal.Version);
        }
    }

    /// <inheritdoc/>
    bool IValueTaskSource<bool>.GetResult(short token) => _signal.GetResult(token);

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _signal.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _signal.OnCompleted(continuation, state, token, flags);

    // Adds a token and says why it is the last, if it is: a stop string is complete, or enough were asked for.
    internal FinishReason Add(int token)
    {
        var stops = _text?.Append(token, null) ?? false;
        lock (_lock)
        {
            _tokens[_count] = token;
            Volatile.Write(ref _count, _count + 1);
            Release(true);
        }

        return stops ? FinishReason.Stop : _count == Request.MaxTokens ? FinishReason.MaxTokens : FinishReason.None;
    }

    internal CapturedValue Capture(string name, Tensor tensor)
    {
        if (!_captured.TryGetValue(name, out var value))
        {
            _captured[name] = value = new CapturedValue(tensor);
        }

        return value;
    }

    internal void StopAt(int token) => StopToken = token;

    internal void Finish(FinishReason reason, Exception? error = null)
    {
        lock (_lock)
        {
            Error = error;
            _reason = reason;
            Release(false);
        }
    }

    private void Release(bool more)
    {
        if (_waiting)
        {
            _waiting = false;
            _signal.SetResult(more);
        }
    }
}
