using System.Text;

namespace Sequitur.Tokenizers;

/// <summary>Strings of a tokenizer's file (its tokens, or its merges) as UTF-8, each read where it lies: a vocabulary keeps none of them.</summary>
public interface ITokenStrings
{
    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>The UTF-8 of one, as the file has it; valid until the next call.</summary>
    ReadOnlySpan<byte> Utf8(int index);
}

/// <summary>.NET strings as token strings. Lone surrogates become U+FFFD.</summary>
/// <param name="strings">The strings; null counts as empty.</param>
internal sealed class TextTokenStrings(IReadOnlyList<string?> strings) : ITokenStrings
{
    /// <inheritdoc/>
    public int Count => strings.Count;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Utf8(int index) => Encoding.UTF8.GetBytes(strings[index] ?? "");
}
