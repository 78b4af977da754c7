using Sequitur.Tokenizers;

namespace Sequitur.Engine;

/// <summary>The text of a generation as it grows: whole characters, no part of a stop string, without allocating.</summary>
public sealed class TextStream(Generation generation, BpeVocabulary vocabulary)
{
    // The engine searches the same tokens on its own thread, to know when to end; here the search says what may be handed out.
    private readonly TokenText _text = new(vocabulary, new StopStrings(generation.Request.StopText?.Strings ?? [], generation.Request.StopText?.Include ?? false));
    private int _seen;

    /// <summary>Hands out the characters of the tokens that have come since the last call.</summary>
    public void WriteNew(Action<ReadOnlySpan<byte>> write)
    {
        var tokens = generation.Tokens;
        for (; _seen < tokens.Length; _seen++)
        {
            _text.Append(tokens[_seen], write);
        }
    }

    /// <summary>Hands out what is left when the generation has ended: what might have begun a stop string, and U+FFFD for a character that never became whole.</summary>
    public void WriteRest(Action<ReadOnlySpan<byte>> write)
    {
        WriteNew(write);
        _text.Flush(write);
    }
}
