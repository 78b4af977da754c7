using Sequitur.Tokenizers;

namespace Sequitur.Engine;

/// <summary>The text of tokens, one after the other: whole characters, up to the first stop string. Allocates nothing per token.</summary>
/// <param name="vocabulary">The tokens' bytes.</param>
/// <param name="stops">What ends the text.</param>
internal sealed class TokenText(BpeVocabulary vocabulary, StopStrings stops)
{
    private readonly StreamingDetokenizer _detokenizer = new(vocabulary);
    private readonly byte[] _buffer = new byte[new StreamingDetokenizer(vocabulary).MaxBytesPerToken];

    /// <summary>The stop string that ended the text; null while none has.</summary>
    public string? StopString => stops.Found;

    /// <summary>Takes one token.</summary>
    /// <param name="token">Its id.</param>
    /// <param name="write">Receives the characters that cannot be part of a stop string; null to search only.</param>
    /// <returns>Whether a stop string has ended the text.</returns>
    public bool Append(int token, Action<ReadOnlySpan<byte>>? write)
    {
        // A model may have more logits than its tokenizer has tokens (rows that only fill up a matrix): these have no text.
        var length = token < vocabulary.Count ? _detokenizer.Append(token, _buffer) : 0;
        return stops.Append(_buffer.AsSpan(0, length), write);
    }

    /// <summary>Ends the text: hands out what might have begun a stop string, and U+FFFD for a character that never became whole.</summary>
    public void Flush(Action<ReadOnlySpan<byte>> write)
    {
        stops.Append(_buffer.AsSpan(0, _detokenizer.Flush(_buffer)), write);
        stops.Flush(write);
    }
}
