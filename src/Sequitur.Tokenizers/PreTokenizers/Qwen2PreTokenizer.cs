namespace Sequitur.Tokenizers;

/// <summary>The pattern of Qwen 1 to 3: <see cref="Llama3PreTokenizer"/>'s, with every digit by itself.</summary>
[PreTokenizer("qwen2", "stablelm2", "hunyuan", "grok-2", "solar-open", Patterns = [Pattern], MatchesAll = true)]
public sealed class Qwen2PreTokenizer : IPreTokenizer
{
    private const string Pattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <inheritdoc/>
    public int NextPiece(ReadOnlySpan<byte> utf8, int start) => Llama3PreTokenizer.Scan(utf8, start, mostDigits: 1);
}
