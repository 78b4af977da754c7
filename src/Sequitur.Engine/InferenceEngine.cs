using System.Diagnostics;
using Sequitur.Engine.KvCache;
using Sequitur.Engine.Speculation;
using Sequitur.Kernels.Programs;
using Sequitur.Models;
using Sequitur.Tensors;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Execution;

namespace Sequitur.Engine;

/// <summary>
/// Runs requests together, step by step: each step takes one ragged batch of prompt chunks and single tokens through the model. Its door is two calls: <see cref="Submit"/> and <see cref="Step"/>.
/// </summary>
public sealed class InferenceEngine : IDisposable
{
    private readonly EngineOptions _options;
    private readonly Model _model;
    private readonly WorkPool _pool;
    private readonly CacheMemory _memory;
    private readonly ModelVariants _variants;
    private readonly TokenChooser _chooser;
    private readonly Speculators? _speculators;
    private readonly Queue<Generation> _queue = new();
    private readonly Lock _queueLock = new();
    private readonly Lock _stepLock = new();
    private readonly List<Sequence> _running;
    private readonly Sequence[] _batch;
    private readonly int _batchTokens;
    private bool _disposed;

    /// <summary>Builds the plan and reserves the caches.</summary>
    /// <exception cref="CapacityException">The memory does not suffice.</exception>
    /// <exception cref="InvalidModelException">The model's rotary frequencies are no numbers at this context.</exception>
    /// <exception cref="UsageException">The model has not as many positions as the context asked for, or an option is out of range.</exception>
    public InferenceEngine(Model model, EngineOptions options)
    {
        options.Check();
        _options = options;
        _model = model;
        Context = options.Context ?? model.MaxPositions;
        if (Context > model.PositionLimit)
        {
            throw new UsageException($"a context of {Context} is impossible: the model has learned {model.PositionLimit} positions");
        }

        // What frequencies a sequence gets depends on its capacity, at most the context: impossible ones show now, not at the first request.
        foreach (var set in model.RopeSets)
        {
            _ = set.At(Context);
        }

        // So every running sequence has room for a token, and a prompt that waits always gets on.
        _batchTokens = Math.Max(options.BatchTokens, options.MaxSequences);
        var layout = new CacheLayout(model.Caches, options.EffectiveCacheFormat, Context);
        var graph = model.Trace().Graph;
        MemoryBudget.Require(model, graph, options, layout, Context, _batchTokens);
        _memory = new CacheMemory(layout, checked((long)Context * options.MaxSequences), options.MaxSequences);
        _pool = new WorkPool(options.Threads);
        try
        {
            Pages = new PagePool(_memory);
            _variants = new ModelVariants(model, graph, options, layout, _memory, _pool, _batchTokens);
            _chooser = new TokenChooser(model.VocabularySize);
            _speculators = options.Speculation is { } speculation ? new Speculators(speculation, model, Context) : null;
            _running = new List<Sequence>(options.MaxSequences);
            _batch = new Sequence[options.MaxSequences];
        }
        catch
        {
            _pool.Dispose();
            _memory.Dispose();
            throw;
        }
    }

    /// <summary>Positions a sequence may have.</summary>
    public int Context { get; }

    /// <summary>The plan that steps run, of requests that change nothing and capture nothing.</summary>
    public Plan Plan => _variants.Unchanged.Plan!;

    /// <summary>The model that runs.</summary>
    public Model Model => _model;

    /// <summary>The model's graph, before requests rewrite it and before it is lowered.</summary>
    public Graph Graph => _variants.Source;

    /// <summary>The numerical choices of all runs.</summary>
    public NumericChoices Choices => _variants.Choices;

    /// <summary>What plans are built for: other plans built for it read the same packed weights. A plan of one's own must not run while a step does.</summary>
    public PlanOptions PlanOptions => _variants.Options;

    /// <summary>The threads that run it.</summary>
    public WorkPool Pool => _pool;

    /// <summary>Pages of the caches.</summary>
    public PagePool Pages { get; }

    /// <summary>Whether there is anything to do.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_queueLock)
            {
                return _queue.Count == 0 && _running.Count == 0;
            }
        }
    }

    /// <summary>Accepts a request; steps will run it.</summary>
    /// <exception cref="CapacityException">The prompt is longer than the context.</exception>
    /// <exception cref="UsageException">
    /// The prompt is empty, an id is not of the vocabulary, no token is asked for, a stop string is empty, a sampler does not fit the model, or a value to be captured or changed does not exist.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The engine was disposed.</exception>
    public Generation Submit(Request request, CancellationToken cancellation = default)
    {
        request.RefuseReserved();
        request = request with { Ids = [.. request.Ids] }; // whoever owns the list may change it
        if (request.Ids.Count == 0)
        {
            throw new UsageException("the prompt is empty: give at least one token");
        }

        if (request.Ids.Count > Context)
        {
            throw new CapacityException($"the prompt has {request.Ids.Count} tokens, more than the context of {Context}; shorten it or use a larger --context");
        }

        if (request.MaxTokens < 1)
        {
            throw new UsageException($"{request.MaxTokens} tokens are asked for; ask for at least 1");
        }

        foreach (var id in request.Ids)
        {
            if ((uint)id >= (uint)_model.VocabularySize)
            {
                throw new UsageException($"token id {id} is not in the vocabulary of {_model.VocabularySize}");
            }
        }

        request.Samplers.CheckModel(_model.VocabularySize);

        // The token behind the last position is still chosen, so a full prompt gets one.
        var generation = new Generation(request, _variants.Of(request), Math.Min(request.MaxTokens, Context - request.Ids.Count + 1), cancellation);
        lock (_queueLock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _queue.Enqueue(generation);
        }

        return generation;
    }

    /// <summary>Refuses changes that do not fit the model, before anything runs.</summary>
    /// <exception cref="UsageException">A value does not exist, or a change does not fit it.</exception>
    public void CheckRewrites(IReadOnlyList<GraphRewrite> rewrites) => _ = rewrites.Aggregate(Graph, (graph, rewrite) => rewrite.Apply(graph));

    /// <summary>Runs one batch: admits what fits, takes tokens of every running sequence, and chooses the next token of those whose prompt is through.</summary>
    /// <remarks>A request that fails ends with <see cref="FinishReason.Failed"/> and its error; the others go on.</remarks>
    /// <returns>Whether there was anything to do.</returns>
    /// <exception cref="ObjectDisposedException">The engine was disposed.</exception>
    public bool Step()
    {
        lock (_stepLock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            Admit();
            var taken = TakeBatch();
            var batch = Reserve(taken);
            while (!batch.IsEmpty)
            {
                var count = SameVariant(batch);
                Run(batch[..count]);
                batch = batch[count..];
            }

            return taken > 0;
        }
    }

    /// <summary>Ends the threads and frees the caches, after the step that is running; running and waiting generations are cancelled.</summary>
    public void Dispose()
    {
        lock (_stepLock)
        {
            lock (_queueLock)
            {
                if (_disposed)
                {
                    return;
                }

                _disposed = true;
            }

            while (_running.Count > 0)
            {
                Finish(_running[^1], FinishReason.Cancelled);
            }

            while (_queue.TryDequeue(out var waiting))
            {
                waiting.Finish(FinishReason.Cancelled);
            }

            _pool.Dispose();
            _memory.Dispose();
        }
    }

    private void Run(ReadOnlySpan<Sequence> batch)
    {
        try
        {
            _variants.RequireIntact();
            var start = Stopwatch.GetTimestamp();
            batch[0].Generation.Variant.Run(batch);
            if (batch is [{ Speculator: not null, Pending: 0 } alone] && alone.Taken == 1 + alone.Drafted)
            {
                _speculators!.Costs.Note(alone.Taken, Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }
        catch (Exception error)
        {
            foreach (var sequence in batch)
            {
                Finish(sequence, FinishReason.Failed, error);
            }

            return;
        }

        foreach (var sequence in batch)
        {
            try
            {
                if (sequence.OutputRow >= 0 && _chooser.Choose(sequence) is var reason && reason != FinishReason.None)
                {
                    Finish(sequence, reason);
                }
            }
            catch (Exception error)
            {
                Finish(sequence, FinishReason.Failed, error);
            }
        }
    }

    private void Admit()
    {
        lock (_queueLock)
        {
            for (var waiting = _queue.Count; waiting > 0; waiting--)
            {
                var generation = _queue.Dequeue();
                if (generation.Cancellation.IsCancellationRequested)
                {
                    generation.Finish(FinishReason.Cancelled);
                }
                else if (_running.Count < _options.MaxSequences)
                {
                    Start(generation);
                }
                else
                {
                    _queue.Enqueue(generation); // once around, so the order stays
                }
            }
        }
    }

    private void Start(Generation generation)
    {
        try
        {
            generation.Variant.Prepare();
            _running.Add(new Sequence(generation, Pages, _model.RopeSets, Context) { Speculator = _speculators?.Of(generation) });
        }
        catch (Exception error)
        {
            generation.Finish(FinishReason.Failed, error);
        }
    }

    // Sequences that generate come first (one token each), prompts take what is left of the batch.
    private int TakeBatch()
    {
        for (var i = _running.Count - 1; i >= 0; i--)
        {
            if (_running[i].Generation.Cancellation.IsCancellationRequested)
            {
                Finish(_running[i], FinishReason.Cancelled);
            }
        }

        var (count, room) = (0, _batchTokens);
        for (var pass = 0; pass < 2; pass++)
        {
            foreach (var sequence in _running)
            {
                if (sequence.Ready > 0 && (sequence.Pending == 1) == (pass == 0) && room > 0)
                {
                    sequence.Taken = Math.Min(sequence.Ready, room);
                    room -= sequence.Taken;
                    _batch[count++] = sequence;
                }
            }
        }

        return count;
    }

    // Drafts, where a sequence is alone, and pages for what each takes. Where there are none its request has failed, and only that.
    private Span<Sequence> Reserve(int count)
    {
        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            var sequence = _batch[i];
            try
            {
                if (_running.Count == 1)
                {
                    sequence.Draft(_batchTokens);
                }

                sequence.Cache.Append(sequence.Taken);
                _batch[kept++] = sequence;
            }
            catch (Exception error)
            {
                Finish(sequence, FinishReason.Failed, error);
            }
        }

        return _batch.AsSpan(0, kept);
    }

    // Brings the sequences of the first one's variant to the front; the others keep their order.
    private static int SameVariant(Span<Sequence> batch)
    {
        var count = 1;
        for (var i = 1; i < batch.Length; i++)
        {
            if (batch[i].Generation.Variant == batch[0].Generation.Variant)
            {
                var same = batch[i];
                batch[count..i].CopyTo(batch[(count + 1)..]);
                batch[count++] = same;
            }
        }

        return count;
    }

    private void Finish(Sequence sequence, FinishReason reason, Exception? error = null)
    {
        _running.Remove(sequence);
        sequence.Dispose();
        sequence.Generation.Finish(reason, error);
    }
}
