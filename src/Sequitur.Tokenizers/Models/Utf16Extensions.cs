using System.Text;

namespace Sequitur.Tokenizers;

/// <summary>For callers that hold .NET strings: conversions to and from UTF-8 around the tokenizer's core.</summary>
public static class Utf16Extensions
{
    /// <summary>The ids of a text. Lone surrogates become U+FFFD.</summary>
    public static int[] Encode(this ByteLevelBpe tokenizer, ReadOnlySpan<char> text, SpecialTokens allowed = SpecialTokens.None)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        var tokens = new List<TokenSpan>(bytes.Length / 3);
        tokenizer.Encode(bytes, allowed, tokens);
        return [.. tokens.Select(token => token.Id)];
    }

    /// <summary>The text of ids; invalid UTF-8 becomes U+FFFD.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="ids">The tokens.</param>
    /// <param name="showSpecial">Whether control tokens show as their names.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is not of the vocabulary.</exception>
    public static string Decode(this ByteLevelBpe tokenizer, ReadOnlySpan<int> ids, bool showSpecial = false)
    {
        var bytes = new MemoryStream();
        foreach (int id in ids)
        {
            if (showSpecial || tokenizer.Vocabulary.TypeOf(id) != TokenType.Control)
            {
                bytes.Write(tokenizer.Vocabulary.BytesOf(id));
            }
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
