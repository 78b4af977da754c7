namespace Sequitur.Tokenizers.Templates;

/// <summary>
/// Finds one text in another in linear time, whatever they are: the library's own search looks at every position again, so that a long part in a long text of
/// one letter would take hours. Long parts are searched for as Knuth, Morris and Pratt do (1977).
/// </summary>
internal static class TextSearch
{
    // Up to here, the library's search is fast, and at worst this many times the text's length.
    private const int LongestShort = 64;

    /// <summary>The first place of a part at or behind a position, or −1.</summary>
    public static int IndexOf(string text, string part, int from = 0) =>
        part.Length <= LongestShort ? text.IndexOf(part, from, StringComparison.Ordinal) : Search(text, part, from, last: false);

    /// <summary>The last place of a part, or −1.</summary>
    public static int LastIndexOf(string text, string part) =>
        part.Length <= LongestShort ? text.LastIndexOf(part, StringComparison.Ordinal) : Search(text, part, 0, last: true);

    private static int Search(string text, string part, int from, bool last)
    {
        int found = -1;
        if (part.Length > text.Length - from)
        {
            return found;
        }

        int[] borders = Borders(part);
        int matched = 0;
        for (int at = from; at < text.Length; at++)
        {
            while (matched > 0 && (matched == part.Length || text[at] != part[matched]))
            {
                matched = borders[matched - 1];
            }

            matched += text[at] == part[matched] ? 1 : 0;
            if (matched == part.Length)
            {
                found = at + 1 - part.Length;
                if (!last)
                {
                    break;
                }
            }
        }

        return found;
    }

    // For every beginning of the part: how long the longest shorter beginning is that it also ends with.
    private static int[] Borders(string part)
    {
        var borders = new int[part.Length];
        int length = 0;
        for (int at = 1; at < part.Length; at++)
        {
            while (length > 0 && part[at] != part[length])
            {
                length = borders[length - 1];
            }

            length += part[at] == part[length] ? 1 : 0;
            borders[at] = length;
        }

        return borders;
    }
}
