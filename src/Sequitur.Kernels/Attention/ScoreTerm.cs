using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Attention;

/// <summary>A change of the scores between the scaled dot product and the softmax; a kind a file.</summary>
public abstract unsafe class ScoreTerm
{
    private protected ScoreTerm()
    {
    }

    /// <exception cref="ArgumentException">The term does not fit the shape.</exception>
    internal virtual void Check(AttentionShape shape)
    {
    }

    /// <summary>
    /// Changes <c>scores[from … to)</c>, both multiples of the vector's lanes. Element i belongs to key <c>place.FirstKey + i</c>;
    /// elements of hidden keys hold anything and may become anything.
    /// </summary>
    internal abstract void Apply<V>(float* scores, int from, int to, in ScorePlace place)
        where V : struct, ILanes<V>;

    /// <summary>The derivative of the term's result by its argument, given the result.</summary>
    /// <exception cref="NotSupportedException">The term has no gradient.</exception>
    internal abstract float Slope(float result);
}

/// <summary>Where scores stand: the position of the key of the first one, the query's position, and the query's head.</summary>
internal readonly record struct ScorePlace(long FirstKey, long Query, int Head);
