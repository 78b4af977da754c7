namespace Sequitur.Tokenizers;

/// <summary>
/// Cuts text into the pieces within which tokens are merged: what a tokenizer's regular expression does, as a scanner over UTF-8.
/// Implementations keep no state, have a constructor without parameters, and carry <see cref="PreTokenizerAttribute"/>.
/// </summary>
public interface IPreTokenizer
{
    /// <summary>Where the piece that begins at <paramref name="start"/> ends.</summary>
    /// <param name="utf8">The whole text; a maximal invalid part counts as one character that is neither letter, number nor space.</param>
    /// <param name="start">The first byte of the piece, less than the length.</param>
    /// <returns>The first byte after it, more than <paramref name="start"/>. Pieces follow each other without gaps.</returns>
    int NextPiece(ReadOnlySpan<byte> utf8, int start);
}

/// <summary>Says how model files name a pre-tokenizer: GGUF by a word, <c>tokenizer.json</c> by the regular expression itself.</summary>
/// <param name="names">The values of the GGUF key <c>tokenizer.ggml.pre</c> that mean this pre-tokenizer.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class PreTokenizerAttribute(params string[] names) : Attribute
{
    /// <summary>The GGUF key's values that mean this pre-tokenizer.</summary>
    public IReadOnlyList<string> Names { get; } = names;

    /// <summary>The regular expressions of <c>Split</c> in <c>tokenizer.json</c> that cut as this pre-tokenizer does, each match and each stretch between matches being a piece.</summary>
    public string[] Patterns { get; init; } = [];

    /// <summary>Whether every character belongs to a match of the patterns, so that nothing lies between matches.</summary>
    public bool MatchesAll { get; init; }

    /// <summary>Whether <see cref="Names"/> also mean that a piece which is a token is that token, whatever the merges say. GGUF has no key of its own for it.</summary>
    public bool IgnoresMerges { get; init; }

    /// <summary>Whether <see cref="Names"/> also mean that a text begins with the begin token, where the file does not say.</summary>
    public bool AddsBegin { get; init; }
}
