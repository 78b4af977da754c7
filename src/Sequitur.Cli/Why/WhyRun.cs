using Sequitur.Cli.State;
using Sequitur.Engine;
using Sequitur.Engine.Loading;
using Sequitur.Engine.Sampling;
using Sequitur.Insight;
using Sequitur.Tensors.Execution;

namespace Sequitur.Cli.Why;

/// <summary>The last run, opened again at one of its tokens.</summary>
internal sealed class WhyRun : IDisposable
{
    private readonly LastRun _last;
    private readonly int _index;
    private readonly TextModel _model;
    private readonly TextEngine _engine;
    private readonly IReadOnlyList<string> _changes;
    private readonly IReadOnlyList<int> _ids;
    private readonly int _token;
    private readonly bool _isOtherwise;
    private IReadOnlyList<GraphRewrite> _rewrites = [];
    private double? _logProbability;
    private bool _isOwner;

    private WhyRun(LastRun last, int index, TextModel model, TextEngine engine, bool isOtherwise, IReadOnlyList<string> changes)
    {
        (_last, _index, _model, _engine, _changes) = (last, index, model, engine, changes);
        _ids = [.. last.Prompt, .. last.Answer.Take(index)];
        _isOtherwise = isOtherwise;
        _token = index < last.Answer.Length ? last.Answer[index] : last.StopToken!.Value;
    }

    /// <summary>The vocabulary.</summary>
    public TokenNames Names => new(_model.Tokenizer.Vocabulary);

    /// <summary>Opens the model of a run as it ran.</summary>
    /// <param name="last">The run.</param>
    /// <param name="index">Number of the token.</param>
    /// <param name="engine">Threads and vectors; they change no number.</param>
    /// <param name="changes">Changes of the model beside those of the run.</param>
    /// <exception cref="UsageException">There is no such token, or a change does not fit.</exception>
    /// <exception cref="InvalidModelException">The model has changed since.</exception>
    public static WhyRun Open(LastRun last, int index, EngineOptions engine, IReadOnlyList<string> changes)
    {
        Check(last, index);
        if (!Path.Exists(last.Model) || LastRun.FingerprintOf(last.Model) != last.Fingerprint)
        {
            throw new InvalidModelException($"the model of the last run, {last.Model}, is gone or has changed since: make a new run");
        }

        var model = TextModel.Load(last.Model);
        try
        {
            if (last.Prompt.Concat(last.Answer).Append(last.StopToken ?? 0).Any(id => id >= model.Tokenizer.Vocabulary.Count))
            {
                throw new InvalidModelException($"the last run has tokens that {last.Model} does not know: its file is damaged, make a new run");
            }

            var then = new EngineOptions { Float32 = last.Float32, CacheFormat = CacheFormats.Of(last.Cache) };
            var options = engine with
            {
                Float32 = engine.Float32 || last.Float32,
                CacheFormat = engine.CacheFormat ?? then.CacheFormat,
                Context = last.Context,
                LowMemory = last.LowMemory,
            };
            var isOtherwise = options.Float32 != then.Float32 || options.EffectiveCacheFormat != then.EffectiveCacheFormat;
            return new(last, index, model, new TextEngine(model, options), isOtherwise, changes) { _isOwner = true };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>A run of an engine that is still there, which stays its owner's.</summary>
    /// <param name="last">The run.</param>
    /// <param name="index">Number of the token.</param>
    /// <param name="engine">What ran it.</param>
    /// <param name="changes">Changes of the model beside those of the run.</param>
    /// <exception cref="UsageException">There is no such token, or a change does not fit.</exception>
    public static WhyRun Of(LastRun last, int index, TextEngine engine, IReadOnlyList<string> changes)
    {
        Check(last, index);
        return new(last, index, engine.Model, engine, isOtherwise: false, changes);
    }

    /// <summary>Candidates, samplers, attribution and lens, of the run and of the changed model.</summary>
    public WhyAnswer Answer(CancellationToken cancellation)
    {
        var original = Resolve(_last.Changes, cancellation);
        // Asked for other arithmetic than the run's, its samplers saw other numbers.
        var choice = _isOtherwise ? TokenChoice.Of(_engine.Engine, _ids, _token, null, original, cancellation) : Replay(original, cancellation);
        (_rewrites, _logProbability) = (original, choice.LogProbability);
        if (_changes.Count == 0)
        {
            return new(_index, choice, null, _last.Changes);
        }

        string[] all = [.. _last.Changes, .. _changes];
        _rewrites = Resolve(all, cancellation);
        var changed = TokenChoice.Of(_engine.Engine, _ids, _token, null, _rewrites, cancellation);
        _logProbability = changed.LogProbability;
        return new(_index, choice, changed, all);
    }

    /// <summary>Which tokens matter, in the model as it was explained.</summary>
    public ImportanceStream Importance() => new(_engine.Engine, _ids, _token, _rewrites, _logProbability);

    public void Dispose()
    {
        if (_isOwner)
        {
            _engine.Dispose();
            _model.Dispose();
        }
    }

    private static void Check(LastRun last, int index)
    {
        var tokens = last.Answer.Length + (last.StopToken is null ? 0 : 1);
        if (index < 0 || index >= tokens)
        {
            throw new UsageException(tokens == 0 ? "the last run chose no token" : $"there is no token {index}: the last run chose tokens 0 to {tokens - 1}{(last.StopToken is null ? "" : ", the last of which ended the answer")}");
        }
    }

    // Means and positions are those of the prompt, as they were in the run.
    private IReadOnlyList<GraphRewrite> Resolve(IReadOnlyList<string> changes, CancellationToken cancellation) => Intervention.Resolve(
        _engine.Engine, _last.Prompt, changes.Select(InterventionRegistry.Parse).ToArray(), text => _engine.Tokenize(new TextRequest { Prompt = text, Raw = true }), cancellation);

    // Samplers remember what came before, so what they did is known only by doing it again; what is looked into is recorded on the way.
    private TokenChoice Replay(IReadOnlyList<GraphRewrite> original, CancellationToken cancellation)
    {
        var request = new Request
        {
            Ids = _last.Prompt,
            MaxTokens = _index + 1,
            Samplers = SamplerChain.Parse(_last.Samplers).Bind(_model.Tokenizer),
            Seed = _last.Seed,
            StopIds = _last.StopToken is { } stop ? [stop] : [],
            Rewrites = original,
            KeepReports = true,
        };
        var recording = Recording.Of(_engine.Engine, request, TokenChoice.ValuesOf(Anatomy.Of(_engine.Engine)), ForgetEarlier, cancellation);
        var reports = recording.Generation.Reports!;
        return reports.Count > _index && reports[_index].Token == _token
            ? TokenChoice.Of(recording.At(_index), _token, reports[_index])
            : throw new SequiturException("the last run could not be repeated: the program or the way it computes has changed since; make a new run");
    }

    // Logits are a vocabulary of numbers a token, and only the last ones are looked at.
    private static void ForgetEarlier(Generation generation)
    {
        var logits = generation.Logits!;
        if (logits.Count > 1)
        {
            logits[logits.Count - 2] = [];
        }
    }
}
