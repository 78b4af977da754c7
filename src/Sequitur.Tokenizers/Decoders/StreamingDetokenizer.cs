using System.Buffers;
using System.Text;

namespace Sequitur.Tokenizers;

/// <summary>
/// Turns tokens into text one at a time. What it has given out is always whole characters: bytes of a character that the next token may
/// complete are held back. Invalid bytes become U+FFFD, one for every maximal invalid part, as the standard incremental UTF-8 decoder
/// (WHATWG, .NET) does; so all that was given out plus <see cref="Flush"/> is what decoding the whole at once gives. Allocates nothing per token.
/// </summary>
/// <param name="vocabulary">The tokens' bytes.</param>
/// <param name="showSpecial">Whether control tokens appear as their names; otherwise they add nothing.</param>
public sealed class StreamingDetokenizer(BpeVocabulary vocabulary, bool showSpecial = false)
{
    private const int LongestCharacter = 4;
    private const int ReplacementLength = 3;

    private readonly byte[] _pending = new byte[LongestCharacter];
    private int _pendingCount;

    /// <summary>Room that <see cref="Append"/> may need: every byte of the longest token, and those held back, may become a U+FFFD of three bytes.</summary>
    public int MaxBytesPerToken => checked((vocabulary.LongestToken + LongestCharacter) * ReplacementLength);

    /// <summary>Adds a token and writes the characters that are now complete.</summary>
    /// <param name="id">The token.</param>
    /// <param name="destination">Receives UTF-8; at least <see cref="MaxBytesPerToken"/> bytes.</param>
    /// <returns>How many bytes were written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    /// <exception cref="ArgumentException">The destination is too short; nothing has changed.</exception>
    public int Append(int id, Span<byte> destination)
    {
        ReadOnlySpan<byte> bytes = vocabulary.BytesOf(id);
        if (destination.Length < (bytes.Length + _pendingCount) * ReplacementLength)
        {
            throw new ArgumentException($"Room for {MaxBytesPerToken} bytes is needed.", nameof(destination));
        }

        if (!showSpecial && vocabulary.TypeOf(id) == TokenType.Control)
        {
            return 0;
        }

        int written = 0;
        while (_pendingCount > 0 && bytes.Length > 0)
        {
            bytes = bytes[ExtendPending(bytes[0], destination, ref written)..];
        }

        while (bytes.Length > 0)
        {
            OperationStatus status = Rune.DecodeFromUtf8(bytes, out Rune rune, out int length);
            if (status == OperationStatus.NeedMoreData)
            {
                bytes.CopyTo(_pending);
                _pendingCount = bytes.Length;
                break;
            }

            written += rune.EncodeToUtf8(destination[written..]);
            bytes = bytes[length..];
        }

        return written;
    }

    /// <summary>Ends the text: a character that never became complete gives U+FFFD. Afterwards a new text may begin.</summary>
    /// <param name="destination">Receives UTF-8; at least 3 bytes.</param>
    /// <returns>How many bytes were written.</returns>
    /// <exception cref="ArgumentException">The destination is too short; nothing has changed.</exception>
    public int Flush(Span<byte> destination)
    {
        if (_pendingCount == 0)
        {
            return 0;
        }

        if (destination.Length < ReplacementLength)
        {
            throw new ArgumentException($"Room for {ReplacementLength} bytes is needed.", nameof(destination));
        }

        _pendingCount = 0;
        return Rune.ReplacementChar.EncodeToUtf8(destination);
    }

    // Tries the held bytes with one more. What is held is always a valid beginning of a character, so it ends in one of three ways.
    private int ExtendPending(byte next, Span<byte> destination, ref int written)
    {
        _pending[_pendingCount] = next;
        OperationStatus status = Rune.DecodeFromUtf8(_pending.AsSpan(0, _pendingCount + 1), out Rune rune, out _);
        if (status == OperationStatus.NeedMoreData)
        {
            _pendingCount++;
            return 1;
        }

        _pendingCount = 0;
        written += rune.EncodeToUtf8(destination[written..]);

        // The byte does not continue the character: that gave U+FFFD, and the byte begins something new.
        return status == OperationStatus.Done ? 1 : 0;
    }
}
