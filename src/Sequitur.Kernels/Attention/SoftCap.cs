using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Attention;

/// <summary>Keeps scores within ±cap: <c>s = cap·tanh(s / cap)</c> (Gemma 2).</summary>
/// <param name="cap">The bound; positive.</param>
public sealed unsafe class SoftCap(float cap) : ScoreTerm
{
    /// <summary>The bound.</summary>
    public float Cap { get; } = cap > 0 ? cap : throw new ArgumentException($"a soft cap of {cap} is not positive");

    internal override void Apply<V>(float* scores, int from, int to, in ScorePlace place)
    {
        var cap = V.Broadcast(Cap);
        for (var i = from; i < to; i += V.Count)
        {
            V.Store(scores + i, cap * Functions.Tanh(V.Load(scores + i) / cap));
        }
    }

    internal override float Slope(float result)
    {
        var tanh = result / Cap;
        return 1 - (tanh * tanh);
    }
}
