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

/// <summary>Names a pre-tokenizer as the GGUF key <c>tokenizer.ggml.pre</c> does.</summary>
/// <param name="names">The key's values that mean this pre-tokenizer.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class PreTokenizerAttribute(params string[] names) : Attribute
{
    /// <summary>The key's values that mean this pre-tokenizer.</summary>
    public IReadOnlyList<string> Names { get; } = names;
}
