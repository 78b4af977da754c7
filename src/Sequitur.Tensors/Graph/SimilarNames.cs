namespace Sequitur.Tensors;

/// <summary>The names of values that are most like one that does not exist.</summary>
public static class SimilarNames
{
    private const int Most = 5;

    // Nobody types a longer name by mistake.
    private const int LongestCompared = 100;

    /// <summary>A few names, the most similar first; of names equally far from it those that come first.</summary>
    public static IEnumerable<string> Of(string name, IEnumerable<string> names)
    {
        var asked = name.Length <= LongestCompared ? name : name[..LongestCompared];
        return names.OrderBy(known => Distance(asked, known)).Take(Most);
    }

    /// <summary>The fewest letters to change, add or leave out to make one word of the other (Levenshtein 1966).</summary>
    public static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
            }
        }

        return row[^1];
    }
}
