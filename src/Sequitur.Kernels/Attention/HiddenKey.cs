namespace Sequitur.Kernels.Attention;

/// <summary>
/// Hides the key of one position from every query but its own. The score becomes so low that its weight is 0 beside any other; it stays finite, so a span that holds nothing else has a maximum.
/// </summary>
/// <param name="position">The key's position.</param>
public sealed unsafe class HiddenKey(long position) : ScoreTerm
{
    // Half the range of float32: far below any score, and a difference of two such scores is still a number.
    private const float Lowest = -1.7e38f;

    internal override void Apply<V>(float* scores, int from, int to, in ScorePlace place)
    {
        var index = position - place.FirstKey;
        if (index >= from && index < to && place.Query != position)
        {
            scores[index] = Lowest;
        }
    }

    internal override float Slope(float result) => result == Lowest ? 0 : 1;
}
