namespace Sequitur.Tokenizers;

/// <summary>
/// SmolLM's two steps: first every character of <c>\p{N}</c> is a piece of its own, then <see cref="Gpt2PreTokenizer"/>'s pattern cuts each
/// stretch between them, as if the text ended at the number: so a number never takes a space along.
/// </summary>
[PreTokenizer("smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b", "mellum2")]
public sealed class SmolLmPreTokenizer : IPreTokenizer
{
    /// <inheritdoc/>
    public int NextPiece(ReadOnlySpan<byte> utf8, int start) =>
        Characters.ClassAt(utf8, start, out int length) == CharacterClass.Number
            ? start + length
            : Gpt2PreTokenizer.Scan(utf8, start, stopAtNumbers: true);
}
