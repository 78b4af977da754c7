using Sequitur.Engine;
using Sequitur.Engine.Sampling;
using Sequitur.Models;
using Sequitur.Tensors.Ops;

namespace Sequitur.Insight;

/// <summary>
/// One run from text to text, stage by stage, with the numbers that were there: tokenize → embed → layers → head → sample → loop → detokenize. It is gathered once
/// (<see cref="ExplanationBuilder"/>) and never changes; a terminal, a page and a file show the same.
/// </summary>
public sealed record Explanation
{
    /// <summary>What ran.</summary>
    public required ExplainedModel Model { get; init; }

    /// <summary>The text that was tokenized, in UTF-8: the prompt as the chat template wrote it.</summary>
    public required byte[] Text { get; init; }

    /// <summary>1 Tokenize: the prompt's tokens.</summary>
    public required IReadOnlyList<ExplainedToken> Tokens { get; init; }

    /// <summary>2 Embed: each token's row, as it enters the first layer.</summary>
    public required IReadOnlyList<EmbeddedToken> Embeddings { get; init; }

    /// <summary>2 Embed: how the model knows the tokens' order.</summary>
    public required ExplainedPositions Positions { get; init; }

    /// <summary>3 Layers: what each layer did at the last position.</summary>
    public required IReadOnlyList<ExplainedLayer> Layers { get; init; }

    /// <summary>3 Layers: whole attention patterns that were asked for.</summary>
    public required IReadOnlyList<AttentionPattern> Patterns { get; init; }

    /// <summary>3 Layers: the lens at some positions, the last ones, at all depths; empty where it was not asked for.</summary>
    public required IReadOnlyList<LensColumn> Lens { get; init; }

    /// <summary>3 Layers: what made the first token's logit; null where there is no attribution.</summary>
    public required Attribution? Logit { get; init; }

    /// <summary>What the lens shows of the embedding at the last position, before any layer.</summary>
    public required LensRow? FirstGuess { get; init; }

    /// <summary>4 Head: from the last position's stream to a probability of every token.</summary>
    public required ExplainedHeadStage Head { get; init; }

    /// <summary>5 Sample: how each token was chosen, the stop token too.</summary>
    public required IReadOnlyList<SamplingReport> Choices { get; init; }

    /// <summary>6 Loop: each turn.</summary>
    public required IReadOnlyList<ExplainedTurn> Turns { get; init; }

    /// <summary>6 Loop: what ended it.</summary>
    public required ExplainedEnd End { get; init; }

    /// <summary>7 Detokenize: the answer, in UTF-8, whole characters only.</summary>
    public required byte[] Answer { get; init; }

    /// <summary>The run that all of this was read from.</summary>
    public required Generation Run { get; init; }

    /// <summary>Parts that are left out, and why: a line each.</summary>
    public required IReadOnlyList<string> Omissions { get; init; }

    /// <summary>The first token that was chosen.</summary>
    public int Token => Choices[0].Token;
}

/// <summary>What ran.</summary>
/// <param name="Name">The model's name, or its family's.</param>
/// <param name="Family">The family.</param>
/// <param name="Parameters">Weights.</param>
/// <param name="Layers">Layers.</param>
/// <param name="Heads">Most query heads of a layer; 0 where nothing is attention.</param>
/// <param name="HasAttention">Whether anything is attention, be its heads readable or not.</param>
/// <param name="Width">Width of the residual stream.</param>
/// <param name="Vocabulary">Rows of logits.</param>
/// <param name="Context">Positions that a sequence may have.</param>
/// <param name="IsFloat32">Whether activations and cache stayed float32.</param>
public sealed record ExplainedModel(string Name, string Family, long Parameters, int Layers, int Heads, bool HasAttention, int Width, int Vocabulary, int Context, bool IsFloat32)
{
    /// <summary>The facts of an engine.</summary>
    public static ExplainedModel Of(TextEngine engine, Anatomy anatomy, bool isFloat32)
    {
        var model = engine.Model.Loaded.Model;
        return new(
            engine.Model.Manifest.Name ?? model.GetType().Name, model.GetType().Name, CountOf(model), anatomy.Layers.Count, anatomy.Heads, HasAttentionIn(anatomy), anatomy.Width,
            model.VocabularySize, engine.Engine.Context, isFloat32);
    }

    /// <summary>Whether anything in a model is attention.</summary>
    internal static bool HasAttentionIn(Anatomy anatomy) => anatomy.Graph.Nodes.Any(node => node.Op is Attention);

    private static long CountOf(Model model) => model.Parameters.Sum(parameter => parameter.Weight.Rows * parameter.Weight.Columns);
}

/// <summary>From the stream to probabilities.</summary>
/// <param name="Divisor">The final norm's divisor; null where there is no single one.</param>
/// <param name="StreamLength">Length (L2) of the stream that enters the final norm.</param>
/// <param name="Candidates">The likeliest tokens, and the chosen one if it is none of them.</param>
/// <param name="Entropy">Entropy of the distribution, in nats.</param>
/// <param name="LogSumExp">ln Σ exp(logits): a logit minus this is a log-probability.</param>
public sealed record ExplainedHeadStage(double? Divisor, double StreamLength, IReadOnlyList<Candidate> Candidates, double Entropy, double LogSumExp);

/// <summary>One turn of the loop: what went through the model, what was chosen, and what the cache holds.</summary>
/// <param name="Number">From 0; turn 0 takes the whole prompt.</param>
/// <param name="Taken">Tokens that went through the model.</param>
/// <param name="Token">The token that was chosen.</param>
/// <param name="Probability">Its probability as the model said.</param>
/// <param name="IsStop">Whether it ended the answer, and is no part of it.</param>
/// <param name="Positions">Positions in the cache behind the turn.</param>
/// <param name="Pages">Pages that hold them, of all groups.</param>
/// <param name="Bytes">Bytes of keys, values and states that are in use.</param>
/// <param name="Start">Where the token's text begins in the answer's bytes.</param>
/// <param name="Length">How many bytes it has; 0 for what is no text.</param>
public sealed record ExplainedTurn(int Number, int Taken, int Token, double Probability, bool IsStop, int Positions, int Pages, long Bytes, int Start, int Length);

/// <summary>What ended the loop.</summary>
/// <param name="Reason">The kind of end.</param>
/// <param name="StopToken">The token that ended it, or null.</param>
/// <param name="StopString">The string that ended it, or null.</param>
/// <param name="MaxTokens">The most tokens that were asked for.</param>
public sealed record ExplainedEnd(FinishReason Reason, int? StopToken, string? StopString, int MaxTokens);
