using Sequitur.Kernels.Memory;

namespace Sequitur.Tensors.Execution;

/// <summary>
/// Places buffers in one arena by lifetime: a buffer is free again after the phase of its last reader, and the next that fits best takes it.
/// </summary>
internal sealed class BufferPlanner
{
    private readonly List<Block> _free = [];

    // Buffers by the phase of their last reader, and the first of these phases whose buffers are not free again yet.
    private readonly Dictionary<int, List<Block>> _releases = [];
    private int _next;

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

        list.Add(new(offset, rounded));
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
            _free.Add(new(offset + bytes, size - bytes));
        }

        return offset;
    }

    private void Release(int phase)
    {
        for (; _next < phase; _next++)
        {
            if (_releases.Remove(_next, out var blocks))
            {
                blocks.ForEach(Free);
            }
        }
    }

    private void Free(Block block)
    {
        var before = _free.FindIndex(f => f.Offset + f.Bytes == block.Offset);
        if (before >= 0)
        {
            block = new(_free[before].Offset, _free[before].Bytes + block.Bytes);
            _free.RemoveAt(before);
        }

        var after = _free.FindIndex(f => f.Offset == block.Offset + block.Bytes);
        if (after >= 0)
        {
            block = new(block.Offset, block.Bytes + _free[after].Bytes);
            _free.RemoveAt(after);
        }

        _free.Add(block);
    }

    private sealed record Block(long Offset, long Bytes);
}
