namespace Sequitur.Tokenizers;

/// <summary>Finds the token that has given bytes, among those that merging can make: open addressing, half of the slots free at least.</summary>
internal sealed class WholePieces
{
    private const int Free = -1;

    private readonly BpeVocabulary _vocabulary;
    private readonly int[] _ids;

    /// <summary>All such tokens of a vocabulary.</summary>
    public WholePieces(BpeVocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        _ids = new int[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)vocabulary.Count * 2 + 1)];
        Array.Fill(_ids, Free);
        for (int id = 0; id < vocabulary.Count; id++)
        {
            ReadOnlySpan<byte> bytes = vocabulary.BytesOf(id);

            // A string outside the alphabet stands for bytes too, but no text makes it.
            if (vocabulary.IsPiece(id) && vocabulary.TryGetId(ByteAlphabet.Encode(bytes), out int made) && made == id)
            {
                int slot = Slot(bytes);
                while (_ids[slot] != Free)
                {
                    slot = slot + 1 & _ids.Length - 1;
                }

                _ids[slot] = id;
            }
        }
    }

    /// <summary>The token of these bytes; false if there is none.</summary>
    public bool TryFind(ReadOnlySpan<byte> bytes, out int id)
    {
        for (int slot = Slot(bytes); (id = _ids[slot]) != Free; slot = slot + 1 & _ids.Length - 1)
        {
            if (_vocabulary.BytesOf(id).SequenceEqual(bytes))
            {
                return true;
            }
        }

        return false;
    }

    // Seeded anew in every process: a hostile file cannot be built so that all its tokens collide. No result depends on it.
    private int Slot(ReadOnlySpan<byte> bytes)
    {
        var hash = new HashCode();
        hash.AddBytes(bytes);
        return hash.ToHashCode() & _ids.Length - 1;
    }
}
