namespace Sequitur.Insight;

/// <summary>What a layer did at the last position.</summary>
/// <param name="Index">Its number.</param>
/// <param name="StreamLength">Length (L2) of the residual stream behind it.</param>
/// <param name="AttentionLength">Length of what its attention (or recurrence) added.</param>
/// <param name="FeedForwardLength">Length of what its feed-forward part added.</param>
/// <param name="AttentionLogit">What the attention added to the chosen token's final logit; null where there is no attribution.</param>
/// <param name="FeedForwardLogit">What the feed-forward part added to it.</param>
/// <param name="Guess">What the logit lens shows behind it; null where there is no lens.</param>
/// <param name="Heads">Its heads; empty where it has none, or their weights are not known.</param>
public sealed record ExplainedLayer(
    int Index, double StreamLength, double AttentionLength, double FeedForwardLength, double? AttentionLogit, double? FeedForwardLogit, LensRow? Guess, IReadOnlyList<ExplainedHead> Heads);

/// <summary>What an attention head did.</summary>
/// <param name="Layer">Its layer.</param>
/// <param name="Index">Its number in the layer.</param>
/// <param name="Entropy">Entropy of its weights at the last position, in nats: 0 looks at one position, ln n evenly at n.</param>
/// <param name="First">The weight of the first position, at the last one.</param>
/// <param name="Previous">The mean weight of the position before, over the prompt.</param>
/// <param name="Self">The mean weight of a position itself, over the prompt.</param>
/// <param name="Logit">What it added to the chosen token's final logit; null where there is no attribution.</param>
/// <param name="Links">The positions that the last one looked at most, strongest first.</param>
public sealed record ExplainedHead(int Layer, int Index, double Entropy, double First, double Previous, double Self, double? Logit, IReadOnlyList<AttentionLink> Links);

/// <summary>A weight of the last position.</summary>
/// <param name="Position">The position that is looked at.</param>
/// <param name="Weight">Its share of the attention.</param>
public sealed record AttentionLink(int Position, double Weight);

/// <summary>The attention weights of a head.</summary>
/// <param name="Layer">Its layer.</param>
/// <param name="Head">Its number.</param>
/// <param name="FirstPosition">The position of the first row and column: of a long prompt only the end is kept.</param>
/// <param name="Weights">Of each query at each key, <c>[positions][positions]</c>.</param>
public sealed record AttentionPattern(int Layer, int Head, int FirstPosition, IReadOnlyList<float[]> Weights);

/// <summary>The logit lens at a position.</summary>
/// <param name="Position">The position.</param>
/// <param name="Rows">The best guess at each depth, from the embedding to behind the last layer.</param>
public sealed record LensColumn(int Position, IReadOnlyList<LensGuess> Rows);

/// <summary>What the model would say if it stopped at a depth.</summary>
/// <param name="Depth">Layers that the stream has been through.</param>
/// <param name="Token">The likeliest token.</param>
/// <param name="Probability">Its probability.</param>
public sealed record LensGuess(int Depth, int Token, double Probability);

/// <summary>How much is gathered.</summary>
public sealed record ExplanationOptions
{
    /// <summary>The layer whose attention patterns are kept; by default that of the head which adds most to the chosen token's logit.</summary>
    public int? Layer { get; init; }

    /// <summary>The only head of it whose pattern is kept; by default all of them are.</summary>
    public int? Head { get; init; }

    /// <summary>Positions of a pattern that are kept, the last ones.</summary>
    public int PatternPositions { get; init; } = 64;

    /// <summary>Positions that the lens looks at at all depths, the last ones; 0 for none.</summary>
    public int LensPositions { get; init; }

    /// <summary>Links that are kept of each head.</summary>
    public int Links { get; init; } = 3;

    /// <summary>Candidates that are listed.</summary>
    public int Candidates { get; init; } = TokenChoice.MostCandidates;
}
