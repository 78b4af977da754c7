using Sequitur.Engine;
using Sequitur.Engine.Sampling;
using Sequitur.Kernels;
using Sequitur.Tensors.Execution;
using Sequitur.Tokenizers;

namespace Sequitur.Insight;

/// <summary>Gathers an <see cref="Explanation"/>: one run of the request, with everything that is shown read from it.</summary>
public sealed class ExplanationBuilder
{
    /// <summary>The longest prompt whose attention weights are computed: they grow with its square.</summary>
    public const int MostAttended = 1024;

    private readonly TextEngine _engine;
    private readonly ExplanationOptions _options;
    private readonly List<string> _omissions = [];
    private readonly List<TokenSpan> _spans = [];
    private readonly CacheGrowth _cache;
    private readonly CancellationToken _cancellation;

    private ExplanationBuilder(TextEngine engine, ExplanationOptions options, CancellationToken cancellation)
    {
        (_engine, _options, _cancellation) = (engine, options, cancellation);
        _cache = new CacheGrowth(engine.Engine.Pages.Memory.Layout);
    }

    /// <summary>Runs a request and explains it. What a family has no part of, or what cannot be read in it, is left out and named (<see cref="Explanation.Omissions"/>).</summary>
    /// <param name="engine">What runs it; nothing else may run in it meanwhile.</param>
    /// <param name="request">The request, with its changes.</param>
    /// <param name="options">How much is gathered.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="UsageException">The request makes no sense, or there is no such layer or head.</exception>
    /// <exception cref="CapacityException">The prompt is longer than the context, or its inner values than the memory.</exception>
    /// <exception cref="NotSupportedException">The model is no decoder with a residual stream.</exception>
    public static Explanation Build(TextEngine engine, TextRequest request, ExplanationOptions? options = null, CancellationToken cancellation = default) =>
        new ExplanationBuilder(engine, options ?? new(), cancellation).Build(request);

    /// <summary>Runs a request with changes and explains it: beside the explanation without them, it says what they did.</summary>
    /// <param name="engine">What runs it.</param>
    /// <param name="request">The request.</param>
    /// <param name="rewrites">The changes; they take the place of the request's own.</param>
    /// <param name="options">How much is gathered.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static Explanation Build(
        TextEngine engine, TextRequest request, IReadOnlyList<GraphRewrite> rewrites, ExplanationOptions? options = null, CancellationToken cancellation = default) =>
        Build(engine, request with { Rewrites = rewrites }, options, cancellation);

    private Explanation Build(TextRequest request)
    {
        var utf8 = _engine.Model.Text.Encode(request, _spans);
        var wanted = _engine.ToRequest(request, [.. _spans.Select(span => span.Id)]) with { KeepReports = true };
        var whole = Anatomy.Of(_engine.Engine);
        CheckPlace(whole);
        var attends = Attends(whole);
        string[] names = [.. Attributor.ValuesOf(whole), .. attends ? AttentionMaps.ValuesOf(whole) : []];
        RequireMemory(whole, names, wanted);

        var answer = new MemoryStream();
        TextStream? text = null;
        var recording = Recording.Of(_engine.Engine, wanted, names, generation =>
        {
            text ??= new TextStream(generation, _engine.Model.Tokenizer.Vocabulary);
            text.WriteNew(answer.Write);
        }, _cancellation);
        text!.WriteRest(answer.Write);
        return Explain(recording, utf8, answer.ToArray(), attends);
    }

    private Explanation Explain(Recording recording, byte[] utf8, byte[] answer, bool attends)
    {
        var generation = recording.Generation;
        var choices = generation.Reports!.ToArray();
        var token = choices[0].Token;
        var attributor = new Attributor(recording);
        var logit = Part("attribution", () => attributor.Of(token));
        var lens = Part("the logit lens", () => TokenChoice.LensOf(recording, token));
        var layers = new LayerReader(recording, _options, logit, lens);
        var maps = attends ? Part("attention weights", () => layers.ReadHeads(_cancellation)) : null;
        return new Explanation
        {
            Model = ExplainedModel.Of(_engine, recording.Anatomy, _engine.Engine.Choices.Cache?.Format == ElementType.F32),
            Text = utf8,
            Tokens = [.. _spans.Select(Token)],
            Embeddings = new EmbeddingReader(recording).Read(),
            Positions = EmbeddingReader.PositionsOf(recording),
            Layers = layers.Layers(maps),
            Patterns = maps?.Patterns ?? [],
            Lens = lens is null || _options.LensPositions == 0 ? [] : LensReader.Grid(recording, _options.LensPositions),
            Logit = logit,
            FirstGuess = lens?[0],
            Head = Head(recording, choices[0], Part("the final norm's divisor", () => (object)attributor.FinalNormDivisor) as double?),
            Choices = choices,
            Turns = Turns(generation, choices),
            End = new(generation.Reason, generation.StopToken, generation.StopString, generation.Request.MaxTokens),
            Answer = answer,
            Run = generation,
            Omissions = [.. _omissions.Distinct()],
        };
    }

    // What a family cannot do is left out and named.
    private T? Part<T>(string what, Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (NotSupportedException problem)
        {
            _omissions.Add($"{what}: {problem.Message}");
            return null;
        }
    }

    private void CheckPlace(Anatomy anatomy)
    {
        if (_options.Layer is { } layer)
        {
            _ = anatomy.Head(layer, _options.Head ?? 0);
        }
    }

    private bool Attends(Anatomy anatomy)
    {
        if (anatomy.Heads == 0)
        {
            _omissions.Add(ExplainedModel.HasAttentionIn(anatomy)
                ? "attention weights: they are not read from this family's kind of attention yet"
                : "attention: the layers have no attention heads; what they carry from token to token is a state of fixed size");
            return false;
        }

        if (_spans.Count <= MostAttended)
        {
            return true;
        }

        _omissions.Add($"attention weights: the prompt has {_spans.Count} tokens, and they grow with its square; they are shown up to {MostAttended}");
        return _options.Layer is null
            ? false
            : throw new UsageException($"attention is drawn for prompts of up to {MostAttended} tokens, and this one has {_spans.Count}: shorten it");
    }

    private static void RequireMemory(Anatomy anatomy, IEnumerable<string> names, Request request)
    {
        var columns = names.Distinct().Where(anatomy.Graph.Named.ContainsKey).Sum(name => (long)anatomy.Graph.Value(name).Shape.Columns);
        var rows = request.Ids.Count + (Int128)request.MaxTokens;
        var (needed, there) = (columns * sizeof(float) * rows, Platform.Current.PhysicalBytes());
        if (needed > there / 2)
        {
            throw new CapacityException(
                $"the inner values of {request.Ids.Count} tokens of prompt and up to {request.MaxTokens} of answer take {needed} bytes, and the machine has {there}: shorten the prompt, or use a smaller --max-tokens");
        }
    }

    private ExplainedToken Token(TokenSpan span, int position)
    {
        var vocabulary = _engine.Model.Tokenizer.Vocabulary;
        return new(position, span.Id, span.Start, span.Length, vocabulary.IsSpecial(span.Id), MergeStep.Of(vocabulary, span.Id));
    }

    private ExplainedHeadStage Head(Recording recording, SamplingReport choice, double? divisor)
    {
        var logits = recording.Logits;
        var stream = recording.Row(recording.Anatomy.Stream[^1], recording.Tokens - 1);
        return new(divisor, StreamStatistics.Length(stream), TokenChoice.CandidatesOf(logits, choice.Token, _options.Candidates, choice), Distributions.Entropy(logits), Distributions.LogSumExp(logits));
    }

    private ExplainedTurn[] Turns(Generation generation, SamplingReport[] choices)
    {
        var (turns, start, vocabulary) = (new ExplainedTurn[choices.Length], 0, _engine.Model.Tokenizer.Vocabulary);
        for (var i = 0; i < turns.Length; i++)
        {
            var (choice, prompt) = (choices[i], generation.Request.Ids.Count);
            var isStop = i == generation.Tokens.Length;
            var length = isStop || choice.Token >= vocabulary.Count || vocabulary.TypeOf(choice.Token) == TokenType.Control ? 0 : vocabulary.BytesOf(choice.Token).Length;
            var positions = prompt + i;
            turns[i] = new(
                i, i == 0 ? prompt : 1, choice.Token, choice.ModelProbability, isStop, positions, _cache.Pages(positions), _cache.Bytes(positions), start, length);
            start += length;
        }

        return turns;
    }
}
