using Sequitur.Kernels.Numerics;

namespace Sequitur.Engine.Sampling;

/// <summary>The tokens that may come next, with their logits; samplers change logits and remove tokens. One instance serves all steps of an engine.</summary>
public sealed class Candidates(int vocabulary)
{
    // Below this, a comparison sort is as fast.
    private const int LeastForRadix = 512;

    private readonly float[] _logits = new float[vocabulary];
    private readonly int[] _ids = new int[vocabulary];
    private readonly ulong[] _keys = new ulong[vocabulary];
    private readonly ulong[] _otherKeys = new ulong[vocabulary];
    private readonly int[] _digits = new int[1 << KeyOrder.DigitBits];
    private readonly double[] _probabilities = new double[vocabulary];
    private readonly int[] _tallies = new int[vocabulary];
    private Order _order;

    private enum Order
    {
        ById,
        ByLogit,
        Any,
    }

    /// <summary>Tokens left.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens at first: the number of logits.</summary>
    public int Vocabulary { get; private set; }

    /// <summary>The ids of the tokens left.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Their logits.</summary>
    public ReadOnlySpan<float> Logits => _logits.AsSpan(0, Count);

    /// <summary>A number for each id of the vocabulary, for samplers to note something in. All are 0, and have to be 0 again when the sampler is done.</summary>
    public Span<int> Tallies => _tallies.AsSpan(0, Vocabulary);

    /// <summary>The largest logit.</summary>
    public float Largest
    {
        get
        {
            var largest = _logits[0];
            foreach (var logit in Logits)
            {
                largest = logit > largest ? logit : largest;
            }

            return largest;
        }
    }

    /// <summary>Starts anew with all tokens of a row of logits.</summary>
    public void Fill(ReadOnlySpan<float> logits)
    {
        (Count, Vocabulary, _order) = (logits.Length, logits.Length, Order.ById);
        logits.CopyTo(_logits);
        for (var i = 0; i < Count; i++)
        {
            _ids[i] = i;
        }
    }

    /// <summary>The logits, to be changed in place.</summary>
    public Span<float> ChangeLogits()
    {
        _order = _order == Order.ById ? Order.ById : Order.Any;
        return _logits.AsSpan(0, Count);
    }

    /// <summary>Keeps one token only.</summary>
    public void KeepOnly(int index) => Keep(index, 1);

    /// <summary>Keeps tokens that stand side by side in the present order.</summary>
    /// <param name="start">The first.</param>
    /// <param name="count">How many.</param>
    public void Keep(int start, int count)
    {
        _ids.AsSpan(start, count).CopyTo(_ids);
        _logits.AsSpan(start, count).CopyTo(_logits);
        Count = count;
    }

    /// <summary>Keeps the tokens of a least logit, but at least the likeliest <paramref name="least"/>.</summary>
    public void KeepFrom(double logit, int least)
    {
        var many = 0;
        foreach (var each in Logits)
        {
            many += each >= logit ? 1 : 0;
        }

        if (many < least)
        {
            Sort();
            Keep(0, Math.Min(least, Count));
            return;
        }

        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            (_ids[kept], _logits[kept]) = (_ids[i], _logits[i]);
            kept += _logits[i] >= logit ? 1 : 0;
        }

        Count = kept;
    }

    /// <summary>Removes the tokens whose tally is not 0, and clears the tallies.</summary>
    public void RemoveTallied()
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            (_ids[kept], _logits[kept]) = (_ids[i], _logits[i]);
            kept += _tallies[_ids[i]] == 0 ? 1 : 0;
        }

        Count = kept;
        Tallies.Clear();
    }

    /// <summary>Orders by descending logit, ties by ascending id.</summary>
    public void Sort()
    {
        if (_order == Order.ByLogit)
        {
            return;
        }

        for (var i = 0; i < Count; i++)
        {
            _keys[i] = KeyOrder.Of(_logits[i], _ids[i]);
        }

        // Tokens that stand by id need no digits of the id: the radix sort is stable.
        if (_order == Order.ById && Count >= LeastForRadix)
        {
            KeyOrder.Sort(_keys, _otherKeys, Count, _digits);
        }
        else
        {
            _keys.AsSpan(0, Count).Sort();
        }

        for (var i = 0; i < Count; i++)
        {
            (_logits[i], _ids[i]) = KeyOrder.Back(_keys[i]);
        }

        _order = Order.ByLogit;
    }

    /// <summary>Sorts, and gives each token's probability: the softmax over the tokens left, in float64.</summary>
    public ReadOnlySpan<double> Probabilities()
    {
        var total = Weigh();
        var probabilities = _probabilities.AsSpan(0, Count);
        foreach (ref var probability in probabilities)
        {
            probability /= total;
        }

        return probabilities;
    }

    /// <summary>Sorts, and gives the entropy of the probabilities in nats: −Σ p · ln p.</summary>
    public double Entropy()
    {
        var total = Weigh();
        var mean = 0.0;
        for (var i = 0; i < Count && _probabilities[i] > 0; i++)
        {
            mean += _probabilities[i] * ((double)_logits[i] - _logits[0]);
        }

        return Math.Max(Scalar.LogDouble(total) - (mean / total), 0);
    }

    /// <summary>
    /// Sorts and draws: the inverse distribution in float64 over the tokens by descending logit, ties by id.
    /// </summary>
    /// <param name="uniform">A number in [0, 1).</param>
    /// <param name="probability">The probability of the token that is drawn.</param>
    /// <returns>Its index.</returns>
    public int Draw(float uniform, out double probability)
    {
        var total = Weigh();
        var target = uniform * total;
        var sum = 0.0;
        var drawn = 0;
        for (; drawn < Count - 1; drawn++)
        {
            sum += _probabilities[drawn];
            if (sum > target)
            {
                break;
            }
        }

        probability = _probabilities[drawn] / total;
        return drawn;
    }

    // exp(logit − largest) of each token, by descending logit; the sum in that order.
    private double Weigh()
    {
        Sort();
        var total = 0.0;
        for (var i = 0; i < Count; i++)
        {
            _probabilities[i] = Scalar.ExpDouble((double)_logits[i] - _logits[0]);
            total += _probabilities[i];
        }

        return total;
    }
}
