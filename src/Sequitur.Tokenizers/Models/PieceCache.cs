using System.Buffers.Binary;

namespace Sequitur.Tokenizers;

/// <summary>
/// Remembers the tokens of short pieces. Natural text repeats its words, so most pieces are found here. Memory is fixed (about 0.6 MB):
/// each piece has one slot, and a newer piece replaces an older one there. One thread at a time.
/// </summary>
internal sealed class PieceCache
{
    private const int Slots = 8192;
    private const int LongestPiece = 32;
    private const int MostTokens = 8;

    private readonly byte[] _pieces = new byte[Slots * LongestPiece];
    private readonly byte[] _pieceLengths = new byte[Slots];
    private readonly byte[] _tokenCounts = new byte[Slots];
    private readonly int[] _tokens = new int[Slots * MostTokens];

    /// <summary>The tokens of a piece, if it is remembered.</summary>
    public bool TryGet(ReadOnlySpan<byte> piece, out ReadOnlySpan<int> tokens)
    {
        tokens = default;
        if (piece.Length > LongestPiece)
        {
            return false;
        }

        int slot = SlotOf(piece);
        if (_pieceLengths[slot] != piece.Length || !piece.SequenceEqual(_pieces.AsSpan(slot * LongestPiece, piece.Length)))
        {
            return false;
        }

        tokens = _tokens.AsSpan(slot * MostTokens, _tokenCounts[slot]);
        return true;
    }

    /// <summary>Remembers a piece, unless it is too long or has too many tokens.</summary>
    public void Add(ReadOnlySpan<byte> piece, ReadOnlySpan<TokenSpan> tokens)
    {
        if (piece.Length > LongestPiece || tokens.Length > MostTokens)
        {
            return;
        }

        int slot = SlotOf(piece);
        piece.CopyTo(_pieces.AsSpan(slot * LongestPiece));
        _pieceLengths[slot] = (byte)piece.Length;
        _tokenCounts[slot] = (byte)tokens.Length;
        for (int i = 0; i < tokens.Length; i++)
        {
            _tokens[slot * MostTokens + i] = tokens[i].Id;
        }
    }

    private static int SlotOf(ReadOnlySpan<byte> piece)
    {
        const ulong Multiplier = 0x9E3779B97F4A7C15; // 2⁶⁴ / golden ratio
        ulong hash = (ulong)piece.Length;
        while (piece.Length >= 8)
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(piece)) * Multiplier;
            hash ^= hash >> 32;
            piece = piece[8..];
        }

        ulong rest = 0;
        foreach (byte value in piece)
        {
            rest = rest << 8 | value;
        }

        hash = (hash ^ rest) * Multiplier;
        return (int)(hash >> 64 - 13);
    }
}
