namespace Sequitur.Tokenizers;

/// <summary>Runs of <c>\p{N}</c> are pieces, and so is what lies between them: <c>Digits</c> of <c>tokenizer.json</c>, digits together.</summary>
[PreTokenizer(Patterns = [@"\p{N}+"])]
public sealed class DigitRunsPreTokenizer : IPreTokenizer
{
    /// <inheritdoc/>
    public int NextPiece(ReadOnlySpan<byte> utf8, int start) => DigitsPreTokenizer.Scan(utf8, start, most: int.MaxValue);
}
