using System.Text;

namespace Sequitur.Tokenizers;

/// <summary>Two tokens, as the file spells them, that become one.</summary>
/// <param name="Left">UTF-8 of the first.</param>
/// <param name="Right">UTF-8 of the second.</param>
internal readonly record struct BpeMerge(byte[] Left, byte[] Right)
{
    /// <summary>Reads <c>"left right"</c>.</summary>
    /// <param name="text">The pair as UTF-8, with one space in it.</param>
    /// <param name="rank">Which merge it is, for the message.</param>
    /// <exception cref="InvalidModelException">It is not two pieces with a space between them.</exception>
    public static BpeMerge Parse(ReadOnlySpan<byte> text, int rank)
    {
        int space = Space(text, rank);
        return new BpeMerge(text[..space].ToArray(), text[(space + 1)..].ToArray());
    }

    /// <summary>Where the space between <c>"left right"</c> is.</summary>
    /// <param name="text">The pair as UTF-8, with one space in it.</param>
    /// <param name="rank">Which merge it is, for the message.</param>
    /// <exception cref="InvalidModelException">It is not two pieces with a space between them.</exception>
    public static int Space(ReadOnlySpan<byte> text, int rank)
    {
        int space = text.IndexOf((byte)' ');
        return space > 0 && space < text.Length - 1 && text.LastIndexOf((byte)' ') == space
            ? space
            : throw new InvalidModelException($"Merge {rank} (\"{Encoding.UTF8.GetString(text)}\") is not two pieces with a space between them.");
    }
}
