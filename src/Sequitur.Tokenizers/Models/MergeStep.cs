namespace Sequitur.Tokenizers;

/// <summary>One merge: two neighbouring tokens became one.</summary>
/// <param name="Left">The first token.</param>
/// <param name="Right">The second.</param>
/// <param name="Result">What they became.</param>
/// <param name="Rank">The merge's place among all merges of the vocabulary: the lowest goes first.</param>
public readonly record struct MergeStep(int Left, int Right, int Result, int Rank)
{
    // Longer tokens are not retraced: the time grows with the square of their bytes.
    private const int LongestRetraced = 512;

    /// <summary>
    /// The merges that make a token out of its bytes, in their order. A text's merges never cross the end of one of its tokens, so they are the same whatever stands beside it.
    /// </summary>
    /// <returns>Empty where no merge makes it: one byte, a special token, a piece that is taken whole, more than 512 bytes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public static IReadOnlyList<MergeStep> Of(BpeVocabulary vocabulary, int token)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ReadOnlySpan<byte> bytes = vocabulary.BytesOf(token);
        if (bytes.Length > LongestRetraced || !vocabulary.IsPiece(token))
        {
            return [];
        }

        var ids = new List<int>(bytes.Length);
        foreach (byte value in bytes)
        {
            ids.Add(vocabulary.IdOfByte(value));
        }

        var steps = new List<MergeStep>();
        while (!ids.Contains(-1) && TryBest(vocabulary, ids, out int place, out MergeStep best))
        {
            steps.Add(best);
            ids[place] = best.Result;
            ids.RemoveAt(place + 1);
        }

        return ids is [var made] && made == token ? steps : [];
    }

    // The pair of lowest rank, the leftmost of equals.
    private static bool TryBest(BpeVocabulary vocabulary, List<int> ids, out int place, out MergeStep best)
    {
        (place, best) = (-1, default);
        for (int i = 0; i + 1 < ids.Count; i++)
        {
            if (vocabulary.Merges.TryFind(ids[i], ids[i + 1], out int rank, out int result) && (place < 0 || rank < best.Rank))
            {
                (place, best) = (i, new MergeStep(ids[i], ids[i + 1], result, rank));
            }
        }

        return place >= 0;
    }
}
