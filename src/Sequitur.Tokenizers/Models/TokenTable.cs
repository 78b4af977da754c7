using System.Text;

namespace Sequitur.Tokenizers;

/// <summary>
/// The bytes of all tokens, one behind the other, and where to find a token by them: open addressing, half of the slots free at least. Strings are not kept.
/// </summary>
/// <remarks>A token's string is either spelled in <see cref="ByteAlphabet"/> or stands for its own UTF-8: with that mark the bytes say what the string was.</remarks>
internal sealed class TokenTable
{
    private const int Free = -1;
    private const int MostOnStack = 256;

    private readonly byte[] _blob;
    private readonly int[] _starts;
    private readonly bool[] _isLiteral;
    private readonly int[] _slots;

    /// <summary>An empty table.</summary>
    /// <param name="tokens">How many tokens there will be.</param>
    /// <param name="bytes">The most bytes that they have together.</param>
    /// <exception cref="InvalidModelException">That is more than an array holds.</exception>
    public TokenTable(int tokens, long bytes)
    {
        _blob = bytes <= Array.MaxLength ? new byte[bytes] : throw new InvalidModelException("The tokens' strings are longer than 2 GB together.");
        _starts = new int[tokens + 1];
        _isLiteral = new bool[tokens];
        _slots = new int[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)tokens * 2 + 1)];
        Array.Fill(_slots, Free);
    }

    /// <summary>Tokens added so far.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes that a token stands for.</summary>
    public ReadOnlySpan<byte> BytesOf(int id) => _blob.AsSpan(_starts[id], LengthOf(id));

    /// <summary>How many they are.</summary>
    public int LengthOf(int id) => _starts[id + 1] - _starts[id];

    /// <summary>Whether a token's bytes are the UTF-8 of its string, not what the string spells in the alphabet.</summary>
    public bool IsLiteral(int id) => _isLiteral[id];

    /// <summary>Adds the next token.</summary>
    /// <param name="utf8">Its string.</param>
    /// <param name="isSpelled">Whether the string is written in the alphabet, as far as all its characters are.</param>
    /// <exception cref="InvalidModelException">The string is there already.</exception>
    public void Add(ReadOnlySpan<byte> utf8, bool isSpelled)
    {
        if (TryGetId(utf8, out int other))
        {
            throw new InvalidModelException($"Tokens {other} and {Count} are both \"{Encoding.UTF8.GetString(utf8)}\".");
        }

        Span<byte> room = _blob.AsSpan(_starts[Count]);
        if (!isSpelled || !ByteAlphabet.TryDecode(utf8, room, out int length))
        {
            utf8.CopyTo(room);
            length = utf8.Length;
            _isLiteral[Count] = true;
        }

        int slot = Slot(room[..length]);
        while (_slots[slot] != Free)
        {
            slot = Next(slot);
        }

        _slots[slot] = Count;
        AddHole();
        _starts[Count] += length;
    }

    /// <summary>Leaves out the next id: no token has it.</summary>
    public void AddHole()
    {
        Count++;
        _starts[Count] = _starts[Count - 1];
    }

    /// <summary>The token of a string, as the file spells it.</summary>
    /// <returns>False if there is none.</returns>
    public bool TryGetId(ReadOnlySpan<byte> utf8, out int id)
    {
        Span<byte> bytes = utf8.Length <= MostOnStack ? stackalloc byte[MostOnStack] : new byte[utf8.Length];
        return (ByteAlphabet.TryDecode(utf8, bytes, out int length) && TryFind(bytes[..length], isLiteral: false, out id)) || TryFind(utf8, isLiteral: true, out id);
    }

    /// <summary>The token of these bytes whose string is of one kind.</summary>
    /// <returns>False if there is none.</returns>
    public bool TryFind(ReadOnlySpan<byte> bytes, bool isLiteral, out int id)
    {
        for (int slot = Slot(bytes); (id = _slots[slot]) != Free; slot = Next(slot))
        {
            if (_isLiteral[id] == isLiteral && BytesOf(id).SequenceEqual(bytes))
            {
                return true;
            }
        }

        return false;
    }

    private int Next(int slot) => slot + 1 & _slots.Length - 1;

    // Seeded anew in every process: a hostile file cannot be built so that all its tokens collide. No result depends on it.
    private int Slot(ReadOnlySpan<byte> bytes)
    {
        var hash = new HashCode();
        hash.AddBytes(bytes);
        return hash.ToHashCode() & _slots.Length - 1;
    }
}
