using System.Globalization;
using Sequitur.Cli.Output;
using Sequitur.Engine;
using Sequitur.Insight;
using Sequitur.Tokenizers;

namespace Sequitur.Cli.Explain;

/// <summary>An explanation with the vocabulary that names its tokens, and its numbers as readers see them.</summary>
/// <param name="explanation">The explanation.</param>
/// <param name="vocabulary">The tokens.</param>
internal sealed class ExplainText(Explanation explanation, BpeVocabulary vocabulary)
{
    private static CultureInfo Invariant => CultureInfo.InvariantCulture;

    /// <summary>The explanation.</summary>
    public Explanation Explanation => explanation;

    /// <summary>What changes of the model did; null where there are none.</summary>
    public ExplainedChanges? Changes { get; init; }

    /// <summary>The tokens.</summary>
    public BpeVocabulary Vocabulary => vocabulary;

    /// <summary>A token's text, printable. A row of logits that no token has is called by its number.</summary>
    public string Token(int id) => id < vocabulary.Count ? PrintableText.OfPiece(vocabulary.BytesOf(id)) : $"[{Whole(id)}]";

    /// <summary>The token at a position of the prompt.</summary>
    public string At(int position) => Token(explanation.Tokens[position].Id);

    /// <summary>The merges that made a token, in their order: <c>h+e T+he</c>.</summary>
    public string Merges(ExplainedToken token) => token switch
    {
        { IsSpecial: true } => "special: found by its name",
        { Merges.Count: > 0 } => string.Join(' ', token.Merges.Select(step => $"{Token(step.Left)}+{Token(step.Right)}")),
        { Length: > 1 } => "taken whole",
        _ => "one byte",
    };

    /// <summary>A byte range, the end not included: <c>3–11</c>.</summary>
    public static string Range(int start, int length) => string.Create(Invariant, $"{start}–{start + length}");

    /// <summary>A whole number.</summary>
    public static string Whole(long number) => number.ToString("N0", Invariant);

    /// <summary>A number with decimals.</summary>
    public static string Decimal(double number, int decimals = 2) => Clean(number.ToString($"F{decimals}", Invariant));

    /// <summary>A number with its sign; one that is rounded to 0 has a plus.</summary>
    public static string Signed(double? number, int decimals = 2)
    {
        if (number is not { } value)
        {
            return "";
        }

        var text = Decimal(value, decimals);
        return text.StartsWith('-') ? $"−{text.AsSpan(1)}" : $"+{text}";
    }

    /// <summary>A probability in per cent.</summary>
    public static string Percent(double share) => share switch
    {
        >= 0.9995 and < 1 => ">99.9%",
        < 0.0005 and > 0 => "<0.1%",
        _ => string.Create(Invariant, $"{share * 100:F1}%"),
    };

    /// <summary>Why the loop ended.</summary>
    public string End() => explanation.End switch
    {
        { StopString: { } text } => $"It ended because the text contains the stop string \"{PrintableText.Of(text)}\".",
        { StopToken: { } token } => $"It ended because the model chose {Token(token)}, the token that ends an answer.",
        { Reason: FinishReason.MaxTokens, MaxTokens: var most } => $"It ended because --max-tokens is {Whole(most)}; the model would have gone on.",
        { Reason: FinishReason.ContextLimit } => $"It ended because the context of {Whole(explanation.Model.Context)} positions is full.",
        _ => "It was interrupted.",
    };

    // No negative zero.
    private static string Clean(string number) => number.StartsWith('-') && number.AsSpan(1).IndexOfAnyExcept("0.") < 0 ? number[1..] : number;
}
