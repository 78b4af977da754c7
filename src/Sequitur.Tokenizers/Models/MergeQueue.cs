namespace Sequitur.Tokenizers;

/// <summary>
/// A queue of possible merges that gives the one of lowest rank first, and of equal ranks the leftmost: a heap with four children a node
/// (fewer levels, so fewer cache misses, than two) over keys <c>rank · 2³² + position</c>.
/// </summary>
internal sealed class MergeQueue
{
    private ulong[] _keys = new ulong[256];
    private int _count;

    /// <summary>How many merges wait.</summary>
    public int Count => _count;

    /// <summary>Steps taken so far between levels of the heap; tests bound work by it instead of by time.</summary>
    public long Steps { get; private set; }

    /// <summary>Empties the queue, and gives back memory that one huge piece needed.</summary>
    public void Clear(int keep)
    {
        _count = 0;
        if (_keys.Length > keep)
        {
            _keys = new ulong[256];
        }
    }

    /// <summary>Adds a merge anywhere; <see cref="Order"/> must follow before the first <see cref="Pop"/>.</summary>
    public void AddUnordered(int rank, int position)
    {
        Reserve();
        _keys[_count++] = Key(rank, position);
    }

    /// <summary>Orders what was added unordered, in linear time.</summary>
    public void Order()
    {
        for (int node = (_count - 2) / 4; node >= 0; node--)
        {
            SiftDown(node, _keys[node]);
        }
    }

    /// <summary>Adds a merge.</summary>
    public void Push(int rank, int position)
    {
        Reserve();
        ulong key = Key(rank, position);
        ulong[] keys = _keys;
        int node = _count++;
        while (node > 0)
        {
            Steps++;
            int parent = (node - 1) / 4;
            if (keys[parent] <= key)
            {
                break;
            }

            keys[node] = keys[parent];
            node = parent;
        }

        keys[node] = key;
    }

    /// <summary>Takes the first merge out.</summary>
    public void Pop(out int rank, out int position)
    {
        ulong first = _keys[0];
        rank = (int)(first >> 32);
        position = (int)first;
        ulong last = _keys[--_count];
        if (_count > 0)
        {
            SiftDown(0, last);
        }
    }

    private static ulong Key(int rank, int position) => (ulong)(uint)rank << 32 | (uint)position;

    private void Reserve()
    {
        if (_count == _keys.Length)
        {
            Array.Resize(ref _keys, checked(_keys.Length * 2));
        }
    }

    private void SiftDown(int node, ulong key)
    {
        ulong[] keys = _keys;
        int count = _count;
        while (true)
        {
            Steps++;
            long first = 4L * node + 1;
            if (first >= count)
            {
                break;
            }

            int smallest = (int)first;
            int end = Math.Min(smallest + 4, count);
            for (int child = smallest + 1; child < end; child++)
            {
                if (keys[child] < keys[smallest])
                {
                    smallest = child;
                }
            }

            if (keys[smallest] >= key)
            {
                break;
            }

            keys[node] = keys[smallest];
            node = smallest;
        }

        keys[node] = key;
    }
}
