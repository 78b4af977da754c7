using Sequitur.Tensors.Caches;

namespace Sequitur.Engine.KvCache;

/// <summary>
/// What one sequence has in the caches: a page table for each group of slots. It can be appended to, forked (pages are shared until one side writes), and
/// truncated where the groups allow it.
/// </summary>
public sealed class SequenceCache : IDisposable
{
    private readonly PagePool _pool;
    private readonly CacheGroup[] _groups;
    private readonly int[][] _tables;
    private readonly int[] _filled;
    private bool _disposed;

    /// <summary>An empty sequence.</summary>
    public SequenceCache(PagePool pool)
    {
        _pool = pool;
        _groups = [.. pool.Memory.Layout.Groups];
        _tables = [.. _groups.Select(g => new int[pool.Memory.Layout.TableWidth(g)])];
        _filled = new int[_groups.Length];
    }

    /// <summary>Positions that are held.</summary>
    public int Length { get; private set; }

    /// <summary>Whether positions can be taken back: recurrent states and windows that have moved on keep no past.</summary>
    public bool CanTruncate => KeepsPast(_groups);

    /// <summary>Whether sequences of such groups can be truncated.</summary>
    public static bool KeepsPast(IEnumerable<CacheGroup> groups) => groups.All(g => g.Kind is Retention.Full or Retention.Cross);

    /// <summary>The page table of a group.</summary>
    /// <exception cref="ArgumentException">There is no such group.</exception>
    public ReadOnlySpan<int> Table(string group)
    {
        for (var g = 0; g < _groups.Length; g++)
        {
            if (_groups[g].Name == group)
            {
                return _tables[g];
            }
        }

        throw new ArgumentException($"there is no cache group {group}");
    }

    /// <summary>Whether <see cref="Append"/> would find room for <paramref name="count"/> more positions.</summary>
    public bool HasRoom(int count)
    {
        var length = (long)Length + count;
        var fits = length <= _pool.Memory.Layout.MaxPositions;
        for (var g = 0; fits && g < _groups.Length; g++)
        {
            fits = Missing(g, length) <= _pool.Free(_groups[g].Name);
        }

        return fits;
    }

    /// <summary>Makes room for <paramref name="count"/> more positions, in pages that nobody else reads.</summary>
    /// <exception cref="CapacityException">There are not enough free pages, or the sequence would be longer than the caches allow; nothing has changed.</exception>
    public void Append(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var length = checked(Length + count);
        if (length > _pool.Memory.Layout.MaxPositions)
        {
            throw new CapacityException($"{length} positions are more than the context of {_pool.Memory.Layout.MaxPositions}");
        }

        for (var g = 0; g < _groups.Length; g++)
        {
            _pool.Require(_groups[g].Name, Missing(g, length));
        }

        for (var g = 0; g < _groups.Length; g++)
        {
            OwnLast(g);
            for (var needed = CacheLayout.PagesFor(_groups[g], length); _filled[g] < needed; _filled[g]++)
            {
                _tables[g][_filled[g]] = _pool.Take(_groups[g].Name);
            }
        }

        Length = length;
    }

    /// <summary>Forgets the positions from <paramref name="length"/> on.</summary>
    /// <exception cref="NotSupportedException">A group keeps no past (<see cref="CanTruncate"/>).</exception>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        if (!CanTruncate)
        {
            throw new NotSupportedException("recurrent states and windows cannot be truncated; fork the sequence before");
        }

        for (var g = 0; g < _groups.Length; g++)
        {
            for (var needed = CacheLayout.PagesFor(_groups[g], length); _filled[g] > needed; _filled[g]--)
            {
                _pool.Release(_groups[g].Name, _tables[g][_filled[g] - 1]);
            }
        }

        Length = length;
    }

    /// <summary>A second sequence with the same past; pages are shared.</summary>
    public SequenceCache Fork()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var fork = new SequenceCache(_pool) { Length = Length };
        for (var g = 0; g < _groups.Length; g++)
        {
            fork._filled[g] = _filled[g];
            for (var p = 0; p < _filled[g]; p++)
            {
                fork._tables[g][p] = _tables[g][p];
                _pool.Share(_groups[g].Name, _tables[g][p]);
            }
        }

        return fork;
    }

    /// <summary>Lets go of all pages.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        for (var g = 0; g < _groups.Length; g++)
        {
            for (var p = 0; p < _filled[g]; p++)
            {
                _pool.Release(_groups[g].Name, _tables[g][p]);
            }

            _filled[g] = 0;
        }
    }

    // Pages to take before a sequence has a length.
    private int Missing(int g, long length) => CacheLayout.PagesFor(_groups[g], length) - _filled[g] + (SharesLast(g) ? 1 : 0);

    // The next positions go into the last page if it is not full (a state is never full): it must be ours alone.
    private void OwnLast(int g)
    {
        if (!SharesLast(g))
        {
            return;
        }

        ref var page = ref _tables[g][_filled[g] - 1];
        var own = _pool.Take(_groups[g].Name);
        _pool.Copy(_groups[g].Name, page, own);
        _pool.Release(_groups[g].Name, page);
        page = own;
    }

    private bool SharesLast(int g)
    {
        var partly = _groups[g].Kind == Retention.Recurrent || Length % CacheLayout.PageSize != 0;
        return _filled[g] > 0 && partly && _pool.IsShared(_groups[g].Name, _tables[g][_filled[g] - 1]);
    }
}
