using System.Numerics;

namespace Sequitur.Kernels.Attention;

/// <summary>
/// T5's buckets of relative positions (Raffel et al. 2020): near distances have one each, farther ones share logarithmically more.
/// The logarithm is decided in whole numbers, so no rounding moves a boundary.
/// </summary>
internal sealed class RelativeBuckets
{
    private const int MaxBuckets = 1024;
    private const int MaxTable = 4096;

    private readonly bool _bidirectional;
    private readonly int _perSide;
    private readonly int _exact;
    private readonly int[] _thresholds;
    private readonly int[] _near;

    public RelativeBuckets(int buckets, int maxDistance, bool bidirectional)
    {
        _bidirectional = bidirectional;
        _perSide = bidirectional ? buckets / 2 : buckets;
        _exact = _perSide / 2;
        if (buckets > MaxBuckets || _exact < 1 || maxDistance <= _exact)
        {
            throw new ArgumentException($"relative positions cannot be put into {buckets} buckets up to distance {maxDistance}");
        }

        _thresholds = new int[_perSide - _exact - 1];
        for (var k = 1; k <= _thresholds.Length; k++)
        {
            _thresholds[k - 1] = Threshold(k, maxDistance);
        }

        _near = new int[_thresholds.Length == 0 ? _exact + 1 : Math.Min(_thresholds[^1] + 1, MaxTable)];
        for (var distance = 0; distance < _near.Length; distance++)
        {
            _near[distance] = Search(distance);
        }
    }

    /// <summary>The bucket of key position minus query position.</summary>
    public int Of(long relative)
    {
        if (!_bidirectional)
        {
            return Side(Math.Max(-relative, 0));
        }

        return Side(Math.Abs(relative)) + (relative > 0 ? _perSide : 0);
    }

    private int Side(long distance) => distance < _near.Length ? _near[distance] : Search(distance);

    private int Search(long distance)
    {
        if (distance < _exact)
        {
            return (int)distance;
        }

        var bucket = _exact;
        foreach (var threshold in _thresholds)
        {
            bucket += distance >= threshold ? 1 : 0;
        }

        return bucket;
    }

    // Bucket exact + k begins at the smallest r with ln(r/exact) / ln(max/exact) · n ≥ k, that is r^n · exact^k ≥ max^k · exact^n.
    private int Threshold(int k, int maxDistance)
    {
        var n = _perSide - _exact;
        var right = BigInteger.Pow(maxDistance, k) * BigInteger.Pow(_exact, n);
        var factor = BigInteger.Pow(_exact, k);
        var (low, high) = (_exact, maxDistance);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (BigInteger.Pow(middle, n) * factor >= right)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
