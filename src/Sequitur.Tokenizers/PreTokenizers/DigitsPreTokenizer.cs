namespace Sequitur.Tokenizers;

/// <summary>Every character of <c>\p{N}</c> is a piece of its own, and what lies between them a piece each: <c>Digits</c> of <c>tokenizer.json</c>, digits apart.</summary>
[PreTokenizer(Patterns = [@"\p{N}", @"\p{Nd}|\p{Nl}|\p{No}"])]
public sealed class DigitsPreTokenizer : IPreTokenizer
{
    /// <inheritdoc/>
    public int NextPiece(ReadOnlySpan<byte> utf8, int start) => Scan(utf8, start, most: 1);

    /// <summary>A run of at most so many characters of <c>\p{N}</c>, or all up to the next of them.</summary>
    internal static int Scan(ReadOnlySpan<byte> utf8, int start, int most)
    {
        if (Characters.ClassAt(utf8, start, out int length) == CharacterClass.Number)
        {
            return Run(utf8, start, most);
        }

        int end = start + length;
        while (end < utf8.Length && Characters.ClassAt(utf8, end, out length) != CharacterClass.Number)
        {
            end += length;
        }

        return end;
    }

    /// <summary>Where a run of at most so many characters of <c>\p{N}</c> ends that begins at <paramref name="start"/>.</summary>
    internal static int Run(ReadOnlySpan<byte> utf8, int start, int most)
    {
        int end = start;
        for (int count = 0; count < most && end < utf8.Length && Characters.ClassAt(utf8, end, out int length) == CharacterClass.Number; count++)
        {
            end += length;
        }

        return end;
    }
}
