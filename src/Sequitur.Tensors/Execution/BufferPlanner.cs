using Sequitur.Kernels.Memory;

namespace Sequitur.Tensors.Execution;

/// <summary>
/// Places buffers in one arena by lifetime: a buffer is free again after the phase of its last reader, and the next that fits best takes it.
/// </summary>
internal sealed class BufferPlanner
{
    private readonly List<(long Offset, long Bytes)> _free = [];
    private readonly SortedDictionary<int, List<(long Offset, long Bytes)>> _releases = [];

    /// <summary>Bytes that the arena needs.</summary>
    public long Bytes { get; private set; }

    /// <summary>Places a buffer that is written in phase <paramref name="from"/> and last read in phase <paramref name="to"/>; phases must come in order.</summary>
    public long Place(long bytes, int from, int to)
    {
        Release(from);
        var rounded = Math.Max((bytes + NativeBuffer.Alignment - 1) / NativeBuffer.Alignment, 1) * NativeBuffer.Alignment;
        var offset = Take(rounded);
        if (!_releases.TryGetValue(to, out var list))
        {
            _releases[to] = list = [];
        }

        list.Add((offset, rounded));
        return offset;
    }

    private long Take(long bytes)
    {
        var best = -1;
        for (var i = 0; i < _free.Count; i++)
        {
            if (_free[i].Bytes >= bytes && (best < 0 || _free[i].Bytes < _free[best].Bytes))
            {
                best = i;
            }
        }

        if (best < 0)
        {
            var end = Bytes;
            Bytes = checked(Bytes + bytes);
            return end;
        }

        var (offset, size) = _free[best];
        _free.RemoveAt(best);
        if (size > bytes)
        {
            _free.Add((offset + bytes, size - bytes));
        }

        return offset;
    }

    private void Release(int phase)
    {
        foreach (var done in _releases.Keys.TakeWhile(end => end < phase).ToArray())
        {
            foreach (var block in _releases[done])
            {
                Free(block);
            }

            _releases.Remove(done);
        }
    }

    private void Free((long Offset, long Bytes) block)
    {
        var before = _free.FindIndex(f => f.Offset + f.Bytes == block.Offset);
        if (before >= 0)
        {
            block = (_free[before].Offset, _free[before].Bytes + block.Bytes);
            _free.RemoveAt(before);
        }

        var after = _free.FindIndex(f => f.Offset == block.Offset + block.Bytes);
        if (after >= 0)
        {
            block = (block.Offset, block.Bytes + _free[after].Bytes);
            _free.RemoveAt(after);
        }

        _free.Add(block);
    }
}
