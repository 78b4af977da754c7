namespace Sequitur.Tokenizers;

/// <summary>
/// Merges the bytes of one piece into tokens: always the pair of lowest rank, the leftmost of equals, until no pair merges (exactly the
/// reference's order). Short pieces scan for the lowest rank; long ones keep a queue, so that no input costs more than n·log n.
/// Holds scratch memory: one thread at a time.
/// </summary>
/// <param name="vocabulary">Tokens and merges.</param>
/// <param name="unknown">The token for a byte that has none; null: such bytes are dropped.</param>
/// <param name="fuse">Whether unknown bytes in a row are one token.</param>
internal sealed class BpeMerger(BpeVocabulary vocabulary, int? unknown = null, bool fuse = false)
{
    // Up to here, scanning and shifting a few cache lines is cheaper than a queue.
    private const int LongestScanned = 48;

    // Scratch that one huge piece needed is given back above this many symbols.
    private const int LargestKept = 1 << 16;

    private readonly MergeQueue _queue = new(vocabulary.MergeCount);
    private readonly int[] _ranks = new int[LongestScanned];
    private readonly int[] _results = new int[LongestScanned];
    private int[] _ids = new int[LongestScanned];

    // A token covers as many symbols as it has bytes. Its id stands in _ids at the first of them; _owners at the last names the first.
    private int[] _owners = new int[LongestScanned];
    private int[] _origins = new int[LongestScanned];
    private int _count;
    private bool _dropped;

    /// <summary>Merges looked up plus steps of the queue so far.</summary>
    public long Work => _lookups + _queue.Steps;

    private long _lookups;

    /// <summary>Appends the tokens of <paramref name="piece"/>, which begins at byte <paramref name="offset"/> of the text.</summary>
    /// <returns>Whether every byte had a token, so that the tokens' own lengths say where each begins.</returns>
    public bool Merge(ReadOnlySpan<byte> piece, int offset, List<TokenSpan> output)
    {
        // No token ever crosses two bytes that no merge joins, so what lies on either side is merged by itself: long pieces mostly fall
        // into short parts (10 MB of random letters: 6.4 s without this).
        bool complete = true;
        int start = 0;
        int before = -1;
        for (int i = 0; i < piece.Length; i++)
        {
            byte value = piece[i];
            if (vocabulary.IdOfByte(value) < 0)
            {
                if (unknown is { } id)
                {
                    MergePart(piece[start..i], offset + start, output);
                    complete = false;
                    AddUnknown(id, offset + i, joins: fuse && i > 0 && vocabulary.IdOfByte(piece[i - 1]) < 0, output);
                    (start, before) = (i + 1, -1);
                }

                continue;
            }

            if (before >= 0 && !vocabulary.CanJoin((byte)before, value))
            {
                complete &= MergePart(piece[start..i], offset + start, output);
                start = i;
            }

            before = value;
        }

        return MergePart(piece[start..], offset + start, output) && complete;
    }

    private static void AddUnknown(int id, int offset, bool joins, List<TokenSpan> output)
    {
        if (joins)
        {
            output[^1] = output[^1] with { Length = output[^1].Length + 1 };
            return;
        }

        output.Add(new TokenSpan(id, offset, 1));
    }

    private bool MergePart(ReadOnlySpan<byte> piece, int offset, List<TokenSpan> output)
    {
        if (piece.Length == 1 && vocabulary.IdOfByte(piece[0]) is int only and >= 0)
        {
            output.Add(new TokenSpan(only, offset, 1));
            return true;
        }

        ReadSymbols(piece);
        if (_count <= LongestScanned)
        {
            MergeByScanning();
        }
        else
        {
            MergeByQueue();
        }

        Emit(offset, output);
        if (_ids.Length > LargestKept)
        {
            _ids = new int[LongestScanned];
            _owners = new int[LongestScanned];
            _origins = new int[LongestScanned];
        }

        return !_dropped;
    }

    // Bytes without a token vanish before merging, and their neighbours may merge: so does the reference.
    private void ReadSymbols(ReadOnlySpan<byte> piece)
    {
        if (_ids.Length < piece.Length)
        {
            int size = piece.Length > LargestKept ? piece.Length : (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)piece.Length);
            _ids = new int[size];
            _owners = new int[size];
        }

        _count = 0;
        _dropped = false;
        for (int i = 0; i < piece.Length; i++)
        {
            int id = vocabulary.IdOfByte(piece[i]);
            if (id < 0)
            {
                NoteDrop(piece.Length);
                continue;
            }

            if (_dropped)
            {
                _origins[_count] = i;
            }

            _ids[_count++] = id;
        }
    }

    // Positions are kept only from the first dropped byte on, which is rare.
    private void NoteDrop(int length)
    {
        if (_dropped)
        {
            return;
        }

        _dropped = true;
        if (_origins.Length < length)
        {
            _origins = new int[_ids.Length];
        }

        for (int i = 0; i < _count; i++)
        {
            _origins[i] = i;
        }
    }

    private void MergeByScanning()
    {
        int[] ids = _ids;
        int live = _count;
        for (int i = 0; i + 1 < live; i++)
        {
            Find(ids[i], ids[i + 1], out _ranks[i], out _results[i]);
        }

        while (live > 1)
        {
            int best = 0;
            for (int i = 1; i + 1 < live; i++)
            {
                if (_ranks[i] < _ranks[best])
                {
                    best = i;
                }
            }

            if (_ranks[best] == int.MaxValue)
            {
                break;
            }

            ids[best] = _results[best];
            live--;
            ids.AsSpan(best + 2, live - best - 1).CopyTo(ids.AsSpan(best + 1));
            if (best + 1 < live)
            {
                _ranks.AsSpan(best + 2, live - best - 2).CopyTo(_ranks.AsSpan(best + 1));
                _results.AsSpan(best + 2, live - best - 2).CopyTo(_results.AsSpan(best + 1));
                Find(ids[best], ids[best + 1], out _ranks[best], out _results[best]);
            }

            if (best > 0)
            {
                Find(ids[best - 1], ids[best], out _ranks[best - 1], out _results[best - 1]);
            }
        }

        SpreadOut(live);
    }

    // From one id after the other to ids at the first symbol that each covers, which is how Emit reads them.
    private void SpreadOut(int live)
    {
        int end = _count;
        for (int i = live - 1; i >= 0; i--)
        {
            int id = _ids[i];
            end -= vocabulary.LengthOf(id);
            _ids[end] = id;
        }
    }

    private void MergeByQueue()
    {
        int[] ids = _ids;
        int[] owners = _owners;
        int count = _count;
        for (int i = 0; i < count; i++)
        {
            owners[i] = i;
            if (i + 1 < count && Find(ids[i], ids[i + 1], out int rank, out _))
            {
                _queue.Push(rank, i);
            }
        }

        while (!_queue.IsEmpty)
        {
            _queue.Pop(out int rank, out int left);
            if (ids[left] < 0)
            {
                continue;
            }

            int right = left + vocabulary.LengthOf(ids[left]);
            if (right >= count || !Find(ids[left], ids[right], out int current, out int result) || current != rank)
            {
                continue; // One of the two has been merged since this was queued.
            }

            ids[left] = result;
            ids[right] = -1;
            int next = left + vocabulary.LengthOf(result);
            owners[next - 1] = left;
            if (next < count && Find(result, ids[next], out int after, out _))
            {
                _queue.Push(after, left);
            }

            if (left > 0 && Find(ids[owners[left - 1]], result, out int before, out _))
            {
                _queue.Push(before, owners[left - 1]);
            }
        }

        _queue.Trim(LargestKept);
    }

    private bool Find(int left, int right, out int rank, out int result)
    {
        _lookups++;
        return vocabulary.Merges.TryFind(left, right, out rank, out result);
    }

    private void Emit(int offset, List<TokenSpan> output)
    {
        for (int i = 0; i < _count;)
        {
            int id = _ids[i];
            int length = vocabulary.LengthOf(id);
            int start = _dropped ? _origins[i] : i;
            int end = _dropped ? _origins[i + length - 1] + 1 : i + length;
            output.Add(new TokenSpan(id, offset + start, end - start));
            i += length;
        }
    }
}
