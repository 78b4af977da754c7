using Sequitur.Tokenizers;

namespace Sequitur.Engine;

/// <summary>The text of a generation as it grows: whole characters, without allocating.</summary>
public sealed class TextStream(Generation generation, BpeVocabulary vocabulary)
{
    private readonly StreamingDetokenizer _detokenizer = new(vocabulary);
    private readonly byte[] _buffer = new byte[new StreamingDetokenizer(vocabulary).MaxBytesPerToken];
    private int _seen;

    /// <summary>Hands out the characters of the tokens that have come since the last call.</summary>
    public void WriteNew(Action<ReadOnlySpan<byte>> write)
    {
        var tokens = generation.Tokens;
        for (; _seen < tokens.Length; _seen++)
        {
            // A model may have more logits than its tokenizer has tokens (rows that only fill up a matrix): these have no text.
            var length = tokens[_seen] < vocabulary.Count ? _detokenizer.Append(tokens[_seen], _buffer) : 0;
            if (length > 0)
            {
                write(_buffer.AsSpan(0, length));
            }
        }
    }

    /// <summary>Hands out what is left when the generation has ended; a character that never became whole is U+FFFD.</summary>
    public void WriteRest(Action<ReadOnlySpan<byte>> write)
    {
        WriteNew(write);
        var length = _detokenizer.Flush(_buffer);
        if (length > 0)
        {
            write(_buffer.AsSpan(0, length));
        }
    }
}
