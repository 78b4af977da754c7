namespace Sequitur.Tokenizers;

/// <summary>Two tokens, as the file spells them, that become one.</summary>
/// <param name="Left">The first.</param>
/// <param name="Right">The second.</param>
internal readonly record struct BpeMerge(string Left, string Right)
{
    /// <summary>Reads <c>"left right"</c>.</summary>
    /// <param name="text">The pair, with one space in it.</param>
    /// <param name="rank">Which merge it is, for the message.</param>
    /// <exception cref="InvalidModelException">It is not two pieces with a space between them.</exception>
    public static BpeMerge Parse(string? text, int rank)
    {
        text ??= "";
        int space = Space(text, rank);
        return new BpeMerge(text[..space], text[(space + 1)..]);
    }

    /// <summary>Where the space between <c>"left right"</c> is.</summary>
    /// <param name="text">The pair, with one space in it.</param>
    /// <param name="rank">Which merge it is, for the message.</param>
    /// <exception cref="InvalidModelException">It is not two pieces with a space between them.</exception>
    public static int Space(string text, int rank)
    {
        int space = text.IndexOf(' ');
        return space > 0 && space < text.Length - 1 && text.IndexOf(' ', space + 1) < 0
            ? space
            : throw new InvalidModelException($"Merge {rank} (\"{text}\") is not two pieces with a space between them.");
    }
}
