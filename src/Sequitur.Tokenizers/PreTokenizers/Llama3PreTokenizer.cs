namespace Sequitur.Tokenizers;

/// <summary>
/// The pattern of GPT-4's cl100k, which Llama 3 took over: <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>.
/// Words take one character before them along that is no letter, number or line break; numbers fall into threes; symbols and spaces take the line breaks behind them along.
/// </summary>
[PreTokenizer("llama-bpe", "llama3", "llama-v3", Patterns = [Pattern], MatchesAll = true, IgnoresMerges = true, AddsBegin = true)]
public sealed class Llama3PreTokenizer : IPreTokenizer
{
    private const string Pattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <inheritdoc/>
    public int NextPiece(ReadOnlySpan<byte> utf8, int start) => Scan(utf8, start, mostDigits: 3);

    /// <summary>The pattern, with numbers cut after so many digits.</summary>
    internal static int Scan(ReadOnlySpan<byte> utf8, int start, int mostDigits)
    {
        if (utf8[start] == (byte)'\'' && Contraction(utf8[(start + 1)..]) is int letters and > 0)
        {
            return start + 1 + letters;
        }

        CharacterClass first = Characters.ClassAt(utf8, start, out int length);
        if (first == CharacterClass.Letter)
        {
            return Characters.EndOfRun(utf8, start + length, CharacterClass.Letter);
        }

        if (first == CharacterClass.Number)
        {
            return DigitsPreTokenizer.Run(utf8, start, mostDigits);
        }

        int next = start + length;
        CharacterClass? second = next < utf8.Length ? Characters.ClassAt(utf8, next, out length) : null;
        if (second == CharacterClass.Letter && !IsLineBreak(utf8[start]))
        {
            return Characters.EndOfRun(utf8, next + length, CharacterClass.Letter);
        }

        if (first == CharacterClass.Other || (utf8[start] == (byte)' ' && second == CharacterClass.Other))
        {
            return EndOfLineBreaks(utf8, Characters.EndOfRun(utf8, next, CharacterClass.Other));
        }

        return Spaces(utf8, start);
    }

    // \s*[\r\n]+ takes the run of spaces up to its last line break; without one the rest of the pattern is GPT-2's.
    private static int Spaces(ReadOnlySpan<byte> utf8, int start)
    {
        int end = start;
        int lastBreak = -1;
        while (end < utf8.Length && Characters.ClassAt(utf8, end, out int length) == CharacterClass.Space)
        {
            lastBreak = IsLineBreak(utf8[end]) ? end : lastBreak;
            end += length;
        }

        return lastBreak >= 0 ? lastBreak + 1 : Gpt2PreTokenizer.Spaces(utf8, start);
    }

    private static int EndOfLineBreaks(ReadOnlySpan<byte> utf8, int at)
    {
        while (at < utf8.Length && IsLineBreak(utf8[at]))
        {
            at++;
        }

        return at;
    }

    private static bool IsLineBreak(byte value) => value is (byte)'\r' or (byte)'\n';

    // Without regard to case, U+017F (ſ) is an s.
    private static int Contraction(ReadOnlySpan<byte> rest) => rest switch
    {
        [0xC5, 0xBF, ..] => 2,
        [var one, ..] when Lower(one) is (byte)'s' or (byte)'t' or (byte)'m' or (byte)'d' => 1,
        [var one, var two, ..] when (Lower(one), Lower(two)) is ((byte)'r', (byte)'e') or ((byte)'v', (byte)'e') or ((byte)'l', (byte)'l') => 2,
        _ => 0,
    };

    private static byte Lower(byte value) => value is >= (byte)'A' and <= (byte)'Z' ? (byte)(value | 0x20) : value;
}
