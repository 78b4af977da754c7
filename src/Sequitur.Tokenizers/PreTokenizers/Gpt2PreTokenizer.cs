namespace Sequitur.Tokenizers;

/// <summary>
/// GPT-2's pattern: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>. Words, numbers and runs of symbols
/// take one space before them along; white space before a word leaves its last character to what follows.
/// </summary>
[PreTokenizer("gpt-2", "phi-2", "olmo", "mpt", "jais", "trillion", Patterns = [Pattern], MatchesAll = true)]
public sealed class Gpt2PreTokenizer : IPreTokenizer
{
    private const string Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <inheritdoc/>
    public int NextPiece(ReadOnlySpan<byte> utf8, int start) => Scan(utf8, start, stopAtNumbers: false);

    /// <summary>The pattern; with <paramref name="stopAtNumbers"/> as if the text ended before the next number.</summary>
    internal static int Scan(ReadOnlySpan<byte> utf8, int start, bool stopAtNumbers)
    {
        if (utf8[start] == (byte)'\'' && Contraction(utf8[(start + 1)..]) is int letters and > 0)
        {
            return start + 1 + letters;
        }

        CharacterClass first = Characters.ClassAt(utf8, start, out int length);
        if (first != CharacterClass.Space)
        {
            return Characters.EndOfRun(utf8, start + length, first);
        }

        if (utf8[start] == (byte)' ' && start + 1 < utf8.Length)
        {
            CharacterClass next = Characters.ClassAt(utf8, start + 1, out length);
            if (next != CharacterClass.Space && !(stopAtNumbers && next == CharacterClass.Number))
            {
                return Characters.EndOfRun(utf8, start + 1 + length, next);
            }
        }

        return Spaces(utf8, start, stopAtNumbers);
    }

    /// <summary><c>\s+(?!\S)|\s+</c> at a space.</summary>
    // All of the run at the end of the text; else all but its last character, unless that is the only one.
    internal static int Spaces(ReadOnlySpan<byte> utf8, int start, bool stopAtNumbers = false)
    {
        int end = start;
        int last = start;
        while (end < utf8.Length)
        {
            CharacterClass kind = Characters.ClassAt(utf8, end, out int length);
            if (kind != CharacterClass.Space)
            {
                bool atEnd = stopAtNumbers && kind == CharacterClass.Number;
                return atEnd || last == start ? end : last;
            }

            last = end;
            end += length;
        }

        return end;
    }

    private static int Contraction(ReadOnlySpan<byte> rest) => rest switch
    {
        [(byte)'s' or (byte)'t' or (byte)'m' or (byte)'d', ..] => 1,
        [(byte)'r', (byte)'e', ..] or [(byte)'v', (byte)'e', ..] or [(byte)'l', (byte)'l', ..] => 2,
        _ => 0,
    };
}
