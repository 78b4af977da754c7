namespace Sequitur.Tokenizers;

/// <summary>Up to three characters of <c>\p{N}</c> are a piece, counted from the left of a number, and so is what lies between numbers.</summary>
[PreTokenizer(Patterns = [@"\p{N}{1,3}"])]
public sealed class DigitTriplesPreTokenizer : IPreTokenizer
{
    /// <inheritdoc/>
    public int NextPiece(ReadOnlySpan<byte> utf8, int start) => DigitsPreTokenizer.Scan(utf8, start, most: 3);
}
