namespace Sequitur.Kernels.Attention;

/// <summary>
/// T5's relative bias: <c>s += table[bucket(j − i), head]</c> for key position j and query position i. Buckets are those of
/// Raffel et al. 2020: half of them (of a side) are exact distances, the rest grow logarithmically up to the largest distance.
/// </summary>
public sealed unsafe class RelativeBias : ScoreTerm
{
    private readonly Operand _table;
    private readonly RelativeBuckets _buckets;

    /// <summary>Binds a table.</summary>
    /// <param name="table">Biases, <c>[buckets, heads]</c>.</param>
    /// <param name="buckets">How many buckets, both sides together.</param>
    /// <param name="maxDistance">From this distance on all keys share the last bucket.</param>
    /// <param name="bidirectional">Whether keys to the right have buckets of their own (encoders); otherwise they count as distance 0.</param>
    /// <exception cref="ArgumentException">The table has another size, or the numbers allow no buckets.</exception>
    public RelativeBias(Operand table, int buckets, int maxDistance, bool bidirectional)
    {
        Shapes.Check(table, table.Columns, ElementType.F32, "relative bias");
        if (table.Rows != Extent.Constant(buckets))
        {
            throw new ArgumentException($"a table of {table.Rows.Factor} rows for {buckets} buckets");
        }

        _table = table;
        _buckets = new(buckets, maxDistance, bidirectional);
    }

    internal override void Check(AttentionShape shape) => Shapes.Check(_table, shape.Heads, ElementType.F32, "relative bias");

    internal override void Apply<V>(float* scores, int from, int to, in ScorePlace place)
    {
        var relative = place.FirstKey - place.Query;
        for (var i = from; i < to; i++)
        {
            scores[i] += _table.Floats(_buckets.Of(relative + i))[place.Head];
        }
    }

    internal override float Slope(float result) =>
        throw new NotSupportedException($"the gradient of {nameof(RelativeBias)} is not supported: its table would need the scores' gradients summed per bucket");
}
