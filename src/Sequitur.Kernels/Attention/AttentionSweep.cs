using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Attention;

/// <summary>
/// Attention in vectors: up to 64 queries (neighbouring rows of a sequence × the heads of a group) sweep the spans together; per span
/// all scores tile by tile with keys in lanes, then the softmax per query, then the values with their numbers in lanes.
/// </summary>
internal unsafe ref struct AttentionSweep<V>
    where V : struct, ILanes<V>
{
    private const int Lanes = 16;

    // They go through the inner loops together.
    private const int FewQueries = 4;

    private readonly AttentionBinding _binding;
    private readonly AttentionShape _shape;
    private readonly AttentionScratch _scratch;
    private readonly int _keyHead;
    private long _sequence;
    private int _count;

    private AttentionSweep(AttentionBinding binding, int keyHead, Region scratch)
    {
        _binding = binding;
        _shape = binding.Shape;
        _scratch = new(scratch, _shape);
        _keyHead = keyHead;
    }

    public static void Run(AttentionBinding binding, long first, long end, int keyHead, Region scratch)
    {
        var sweep = new AttentionSweep<V>(binding, keyHead, scratch);
        var group = binding.Shape.Group;
        for (var row = first; row < end;)
        {
            sweep._sequence = binding.Queries.SequenceOf(row);
            var next = row + 1;
            while (next < end && binding.Queries.SequenceOf(next) == sweep._sequence)
            {
                next++;
            }

            var queries = (next - row) * group;
            for (var query = 0L; query < queries; query += AttentionScratch.Queries)
            {
                sweep.Gather(row, query, (int)Math.Min(AttentionScratch.Queries, queries - query));
                sweep.Spans();
                sweep.Finish();
            }

            row = next;
        }
    }

    /// <summary>
    /// One span of rows [first, end) of a sequence. Its result goes to memory that threads share; whoever finishes the last span merges all of them, from left to right.
    /// </summary>
    public static void RunPart(AttentionBinding binding, long first, long end, int keyHead, int part, AttentionPartials partials, Region scratch)
    {
        var sweep = new AttentionSweep<V>(binding, keyHead, scratch) { _sequence = binding.Queries.SequenceOf(first) };
        sweep.Gather(first, 0, (int)(end - first) * binding.Shape.Group);
        var (low, high) = sweep.Range();
        var span = low + ((long)part * AttentionShape.Span);
        if (span < high)
        {
            sweep.Enter(span);
            sweep.PointAt(partials, part);
            sweep.Reduce(span);
            partials.Keep(part, sweep._scratch.Swept, sweep._count);
        }

        if (partials.IsLast())
        {
            for (part = 0, span = low; span < high; part++, span += AttentionShape.Span)
            {
                sweep.Enter(span);
                sweep.PointAt(partials, part);
                partials.Recall(part, sweep._scratch.Swept, sweep._count);
                sweep.Merge(span);
            }

            sweep.Finish();
        }
    }

    private readonly void PointAt(AttentionPartials partials, int part)
    {
        for (var i = 0; i < _count; i++)
        {
            _scratch.Swept[i].SpanResult = partials.Result(part, i);
        }
    }

    private void Gather(long firstRow, long first, int count)
    {
        _count = count;
        var keys = _binding.Keys.Keys(_sequence, _binding.Counting);
        for (var i = 0; i < count; i++)
        {
            var query = _scratch.Swept + i;
            query->Row = firstRow + ((first + i) / _shape.Group);
            query->Head = (_keyHead * _shape.Group) + (int)((first + i) % _shape.Group);
            query->Numbers = _binding.Query.Floats(query->Row) + ((long)query->Head * _shape.KeyDim);
            query->Position = _binding.Queries.PositionOf(query->Row);
            (query->Low, query->High) = _shape.Visible(query->Position, keys);
        }
    }

    private readonly void Spans()
    {
        var (low, high) = Range();
        for (var span = low; span < high; span += AttentionShape.Span)
        {
            Enter(span);
            Reduce(span);
            Merge(span);
        }
    }

    // From the first span that any query sees on, to the last visible key.
    private readonly (long Low, long High) Range()
    {
        var (low, high) = (long.MaxValue, 0L);
        for (var i = 0; i < _count; i++)
        {
            var query = _scratch.Swept + i;
            (low, high) = query->Low < query->High ? (Math.Min(low, query->Low), Math.Max(high, query->High)) : (low, high);
        }

        return high == 0 ? (0, 0) : (low / AttentionShape.Span * AttentionShape.Span, high);
    }

    private readonly void Enter(long span)
    {
        for (var i = 0; i < _count; i++)
        {
            var query = _scratch.Swept + i;
            query->From = (int)Math.Clamp(query->Low - span, 0, AttentionShape.Span);
            query->To = (int)Math.Clamp(query->High - span, query->From, AttentionShape.Span);
        }
    }

    private readonly void Reduce(long span)
    {
        for (var tile = 0; tile < AttentionShape.Span; tile += KeyValueSource.Tile)
        {
            ScoreTile(span, tile);
        }

        for (var i = 0; i < _count; i++)
        {
            Softmax(_scratch.Swept + i, span);
            new Span<float>(_scratch.Swept[i].SpanResult, _shape.PaddedValueDim).Clear();
        }

        for (var tile = 0; tile < AttentionShape.Span; tile += KeyValueSource.Tile)
        {
            ValueTile(span, tile);
        }
    }

    private readonly void Merge(long span)
    {
        for (var i = 0; i < _count; i++)
        {
            Merge(_scratch.Swept + i, span);
        }
    }

    // The part of a tile that any of some queries sees, counted from the tile's start; empty when the end is not above the start.
    private readonly (int From, int To) Seen(int tile, int first, int count)
    {
        var (from, to) = (KeyValueSource.Tile, 0);
        for (var i = first; i < first + count; i++)
        {
            var query = _scratch.Swept + i;
            var (start, end) = (Math.Max(query->From - tile, 0), Math.Min(query->To - tile, KeyValueSource.Tile));
            (from, to) = start < end ? (Math.Min(from, start), Math.Max(to, end)) : (from, to);
        }

        return (from, to);
    }

    private readonly void ScoreTile(long span, int tile)
    {
        var (from, to) = Seen(tile, 0, _count);
        if (from >= to)
        {
            return;
        }

        // What few queries read is widened on the way; for more, once for all of them.
        var number = (span + tile) / KeyValueSource.Tile;
        var stored = _count <= FewQueries ? _binding.Keys.FiniteKeys(_sequence, number, _keyHead, from, to) : null;
        if (stored != null)
        {
            ScoresOf<ushort, FiniteHalves>(stored, tile);
        }
        else
        {
            ScoresOf<float, Singles>(_binding.Keys.KeyTile<V>(_shape, _sequence, number, _keyHead, from, to, _scratch.KeyTile), tile);
        }
    }

    private readonly void ScoresOf<T, S>(T* keys, int tile)
        where T : unmanaged
        where S : struct, IStored<T>
    {
        for (var i = 0; i < _count; i += 4)
        {
            var last = Math.Min(3, _count - 1 - i);
            var (from, to) = Seen(tile, i, last + 1);
            var step = last == 0 ? AttentionTiles<V, T, S>.Step1 : AttentionTiles<V, T, S>.Step4;
            from = from / step * step;
            var q = _scratch.Swept + i;
            if (last == 0)
            {
                AttentionTiles<V, T, S>.Scores1(q, keys, _shape.KeyDim, _shape.Scale, tile, from, to);
            }
            else
            {
                AttentionTiles<V, T, S>.Scores4(
                    q, q + 1, q + Math.Min(2, last), q + last, keys, _shape.KeyDim, _shape.Scale, tile, from, to);
            }
        }
    }

    // Scores of hidden keys in the outermost groups of lanes become −∞: they are no maximum, and weigh +0.
    private readonly void Softmax(SweptQuery* query, long span)
    {
        if (query->From >= query->To)
        {
            return;
        }

        var weights = query->Weights;
        var (from, to) = (query->From / Lanes * Lanes, (query->To + Lanes - 1) / Lanes * Lanes);
        foreach (var term in _shape.Terms)
        {
            term.Apply<V>(weights, from, to, new(span, query->Position, query->Head));
        }

        new Span<float>(weights + from, query->From - from).Fill(float.NegativeInfinity);
        new Span<float>(weights + query->To, to - query->To).Fill(float.NegativeInfinity);
        var lanes = stackalloc float[Lanes];
        var max = V.Broadcast(float.NegativeInfinity);
        for (var j = from; j < to; j += V.Count)
        {
            max = V.Max(max, V.Load(weights + j));
        }

        V.Store(lanes, max);
        query->SpanMax = lanes[0];
        for (var i = 1; i < V.Count; i++)
        {
            query->SpanMax = MathF.Max(query->SpanMax, lanes[i]);
        }

        Weigh(weights, from, to, V.Broadcast(query->SpanMax), lanes);
        query->SpanSum = lanes[0];
    }

    private static void Weigh(float* weights, int from, int to, V max, float* sums)
    {
        for (var lane = 0; lane < Lanes; lane += V.Count)
        {
            V sum = default;
            for (var j = from + lane; j < to; j += Lanes)
            {
                var weight = Functions.Exp(V.Load(weights + j) - max);
                V.Store(weights + j, weight);
                sum += weight;
            }

            V.Store(sums + lane, sum);
        }

        for (var half = Lanes / 2; half > 0; half /= 2)
        {
            for (var i = 0; i < half; i++)
            {
                sums[i] += sums[i + half];
            }
        }
    }

    private readonly void ValueTile(long span, int tile)
    {
        var (from, to) = Seen(tile, 0, _count);
        if (from >= to)
        {
            return;
        }

        var number = (span + tile) / KeyValueSource.Tile;
        var stored = _count <= FewQueries ? _binding.Keys.FiniteValues(_sequence, number, _keyHead, from, to) : null;
        if (stored != null)
        {
            ValuesOf<ushort, FiniteHalves>(stored, _shape.PaddedValueDim, tile);
        }
        else
        {
            ValuesOf<float, Singles>(_binding.Keys.ValueTile<V>(_shape, _sequence, number, _keyHead, from, to, _scratch.ValueTile, out var stride), stride, tile);
        }
    }

    private readonly void ValuesOf<T, S>(T* values, long stride, int tile)
        where T : unmanaged
        where S : struct, IStored<T>
    {
        for (var i = 0; i < _count; i += 4)
        {
            ValuesOf<T, S>(i, Math.Min(4, _count - i), values, stride, tile);
        }
    }

    // A key that a query does not see must not even be added with weight 0 (0·NaN, or −0 + 0): queries go together only through the keys
    // that all of them see, and alone through those before and behind.
    private readonly void ValuesOf<T, S>(int first, int count, T* values, long stride, int tile)
        where T : unmanaged
        where S : struct, IStored<T>
    {
        var q = _scratch.Swept + first;
        var (from, to) = (0, KeyValueSource.Tile);
        for (var i = 0; i < count; i++)
        {
            (from, to) = (Math.Max(from, q[i].From - tile), Math.Min(to, q[i].To - tile));
        }

        if (count == 1 || from >= to)
        {
            for (var i = 0; i < count; i++)
            {
                Alone<T, S>(q + i, values, stride, tile, 0, KeyValueSource.Tile);
            }

            return;
        }

        for (var i = 0; i < count; i++)
        {
            Alone<T, S>(q + i, values, stride, tile, 0, from);
        }

        AttentionTiles<V, T, S>.Values4(
            q, q + 1, q + Math.Min(2, count - 1), q + (count - 1), values, stride, _shape.PaddedValueDim, tile, from, to);
        for (var i = 0; i < count; i++)
        {
            Alone<T, S>(q + i, values, stride, tile, to, KeyValueSource.Tile);
        }
    }

    private readonly void Alone<T, S>(SweptQuery* query, T* values, long stride, int tile, int from, int to)
        where T : unmanaged
        where S : struct, IStored<T>
    {
        (from, to) = (Math.Max(from, query->From - tile), Math.Min(to, query->To - tile));
        if (from < to)
        {
            AttentionTiles<V, T, S>.Values1(query, values, stride, _shape.PaddedValueDim, tile, from, to);
        }
    }

    private readonly void Merge(SweptQuery* query, long span)
    {
        if (query->From >= query->To)
        {
            return;
        }

        if (span <= query->Low)
        {
            (query->Max, query->Sum) = (query->SpanMax, query->SpanSum);
            var result = query->SpanResult;
            query->SpanResult = query->Result;
            query->Result = result;
            return;
        }

        var max = MathF.Max(query->Max, query->SpanMax);
        var a = Functions.Exp<One>(new(query->Max - max)).Value;
        var b = Functions.Exp<One>(new(query->SpanMax - max)).Value;
        query->Max = max;
        query->Sum = MathF.FusedMultiplyAdd(query->Sum, a, query->SpanSum * b);
        var (va, vb) = (V.Broadcast(a), V.Broadcast(b));
        for (var d = 0; d < _shape.PaddedValueDim; d += V.Count)
        {
            V.Store(query->Result + d, V.Fma(V.Load(query->Result + d), va, V.Load(query->SpanResult + d) * vb));
        }
    }

    private readonly void Finish()
    {
        for (var i = 0; i < _count; i++)
        {
            var query = _scratch.Swept + i;
            var output = _binding.Output.Floats(query->Row) + ((long)query->Head * _shape.ValueDim);
            var seen = query->Low < query->High;
            for (var d = 0; d < _shape.PaddedValueDim && seen; d += V.Count)
            {
                V.Store(query->Result + d, V.Load(query->Result + d) / V.Broadcast(query->Sum));
            }

            var result = new Span<float>(query->Result, _shape.ValueDim);
            if (!seen)
            {
                result.Clear();
            }

            result.CopyTo(new(output, _shape.ValueDim));
            if (!_binding.LogSumExp.IsNone)
            {
                _binding.LogSumExp.Floats(query->Row)[query->Head] =
                    seen ? query->Max + Functions.Log<One>(new(query->Sum)).Value : float.NegativeInfinity;
            }
        }
    }
}
