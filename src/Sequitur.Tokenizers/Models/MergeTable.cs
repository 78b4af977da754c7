namespace Sequitur.Tokenizers;

/// <summary>
/// Looks up what merging two neighbouring tokens gives. Open addressing with at least half of the slots free, because this is the inner
/// loop of encoding: one multiplication, and mostly one cache line.
/// </summary>
internal sealed class MergeTable
{
    private const ulong Free = ulong.MaxValue;

    private readonly ulong[] _keys;
    private readonly ulong[] _values;
    private readonly int _shift;
    private readonly ulong _multiplier;

    /// <summary>An empty table for so many merges.</summary>
    public MergeTable(int count)
    {
        int bits = 4;
        while (1L << bits < 2L * count)
        {
            bits++;
        }

        _shift = 64 - bits;
        _keys = new ulong[1 << bits];
        _values = new ulong[1 << bits];
        Array.Fill(_keys, Free);

        // An odd multiplier drawn at start: a hostile file cannot be built so that all its pairs collide. No result depends on it.
        _multiplier = (ulong)Random.Shared.NextInt64() << 1 | 1;
    }

    /// <summary>Adds a merge; false if the pair is there already.</summary>
    public bool TryAdd(int left, int right, int rank, int result)
    {
        ulong key = Key(left, right);
        int slot = Slot(key);
        while (_keys[slot] != Free)
        {
            if (_keys[slot] == key)
            {
                return false;
            }

            slot = slot + 1 & _keys.Length - 1;
        }

        _keys[slot] = key;
        _values[slot] = (ulong)(uint)rank << 32 | (uint)result;
        return true;
    }

    /// <summary>The merge's rank (lower goes first) and the token it gives; false if the two never merge.</summary>
    public bool TryFind(int left, int right, out int rank, out int result)
    {
        ulong key = Key(left, right);
        ulong[] keys = _keys;
        int slot = Slot(key);
        while (true)
        {
            ulong at = keys[slot];
            if (at == key)
            {
                ulong value = _values[slot];
                rank = (int)(value >> 32);
                result = (int)value;
                return true;
            }

            if (at == Free)
            {
                rank = int.MaxValue;
                result = -1;
                return false;
            }

            slot = slot + 1 & keys.Length - 1;
        }
    }

    private static ulong Key(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    // Both halves are mixed before the multiplication keeps the top bits.
    private int Slot(ulong key) => (int)((key ^ key >> 29) * _multiplier >> _shift);
}
