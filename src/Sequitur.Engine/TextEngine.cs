using Sequitur.Engine.Loading;
using Sequitur.Engine.Sampling;
using Sequitur.Tensors.Execution;
using Sequitur.Tokenizers;
using Sequitur.Tokenizers.Templates;

namespace Sequitur.Engine;

/// <summary>A question in text.</summary>
public sealed record TextRequest
{
    /// <summary>The user's message, or the text to continue.</summary>
    public required string Prompt { get; init; }

    /// <summary>Earlier messages of the conversation, the oldest first, without the system message; they go through the chat template before the prompt.</summary>
    public IReadOnlyList<ChatMessage> History { get; init; } = [];

    /// <summary>The system message; by default the model's.</summary>
    public string? System { get; init; }

    /// <summary>Whether the prompt is continued as it is, without the chat template.</summary>
    public bool Raw { get; init; }

    /// <summary>The most tokens to generate; by default what the context leaves.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>The sampling temperature, 0 for greedy decoding; by default the model's, else 0.</summary>
    public float? Temperature { get; init; }

    /// <summary>How tokens are chosen beyond that; a temperature given here wins.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>The seed of the random numbers.</summary>
    public ulong Seed { get; init; }

    /// <summary>Strings that end the answer, whatever tokens they come in; no part of them is handed out.</summary>
    public IReadOnlyList<string> Stops { get; init; } = [];

    /// <summary>Whether the answer ends with the stop string instead of before it.</summary>
    public bool IncludeStop { get; init; }

    /// <summary>Changes to the model's graph for this request, in order.</summary>
    public IReadOnlyList<GraphRewrite> Rewrites { get; init; } = [];

    /// <summary>Whether to copy each step's logits out (<see cref="Generation.Logits"/>).</summary>
    public bool KeepLogits { get; init; }

    /// <summary>Whether to note what each sampler does (<see cref="Generation.Reports"/>).</summary>
    public bool KeepReports { get; init; }
}

/// <summary>
/// From text to text by the seven stages: tokenize → embed → layers → head → sample → loop → detokenize. The middle three are one run of the model's plan, inside <see cref="InferenceEngine.Step"/>.
/// </summary>
public sealed class TextEngine(TextModel model, EngineOptions options) : IDisposable
{
    /// <summary>The engine that runs ids.</summary>
    public InferenceEngine Engine { get; } = new(model.Loaded.Model, options);

    /// <summary>The model.</summary>
    public TextModel Model => model;

    /// <summary>Answers a request; what is generated is handed out as UTF-8, whole characters only, as soon as it is there.</summary>
    /// <param name="request">The question.</param>
    /// <param name="write">Receives the text, piece by piece.</param>
    /// <param name="cancellation">Ends the answer at the next token.</param>
    /// <param name="stepped">Is told of every step, before its text is written.</param>
    /// <exception cref="UsageException">The prompt or a stop string is empty.</exception>
    /// <exception cref="CapacityException">The prompt is longer than the context.</exception>
    public Generation Generate(TextRequest request, Action<ReadOnlySpan<byte>> write, CancellationToken cancellation = default, Action<Generation>? stepped = null)
    {
        var ids = Tokenize(request);                                        // 1 tokenize
        var generation = Engine.Submit(ToRequest(request, ids), cancellation);
        var text = new TextStream(generation, model.Tokenizer.Vocabulary);
        while (!generation.IsFinished)                                      // 6 loop
        {
            Engine.Step();                                                  // 2 embed, 3 layers, 4 head, 5 sample
            stepped?.Invoke(generation);
            text.WriteNew(write);                                           // 7 detokenize
        }

        text.WriteRest(write);
        return generation.Error is { } error ? throw error as UsageException ?? new SequiturException($"the engine failed: {error.Message}", error) : generation;
    }

    /// <summary>The prompt's ids: the conversation as the model's template writes it. Special tokens are read in what the template writes, never in what a user wrote.</summary>
    /// <exception cref="UsageException">The prompt is empty, or the model has no chat template.</exception>
    public int[] Tokenize(TextRequest request)
    {
        var tokens = new List<TokenSpan>();
        model.Text.Encode(request, tokens);
        return [.. tokens.Select(token => token.Id)];
    }

    /// <inheritdoc/>
    public void Dispose() => Engine.Dispose();

    /// <summary>What the engine is asked for: the request with its prompt in ids, the samplers bound to the vocabulary, and what ends an answer.</summary>
    /// <exception cref="UsageException">The samplers make no sense together, or do not fit the vocabulary.</exception>
    public Request ToRequest(TextRequest request, int[] ids) => new()
    {
        Ids = ids,
        MaxTokens = request.MaxTokens ?? Engine.Context,
        Samplers = request.Sampling.Build(request.Temperature ?? model.Manifest.Temperature ?? 0).Bind(model.Tokenizer),
        Seed = request.Seed,
        Rewrites = request.Rewrites,
        KeepLogits = request.KeepLogits,
        KeepReports = request.KeepReports,
        StopIds = model.StopIds,
        StopText = request.Stops.Count > 0 ? new StopText(model.Tokenizer.Vocabulary, request.Stops, request.IncludeStop) : null,
    };
}
