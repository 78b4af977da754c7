using Sequitur.Kernels.Numerics;

namespace Sequitur.Engine.Sampling;

/// <summary>
/// Mirostat 1: probabilities are taken to follow Zipf's law, whose exponent ŝ is estimated from the m likeliest tokens; the surprise stays at μ where the k likeliest are kept,
/// k = ((ŝ − 1) · 2^μ / (1 − n^(1 − ŝ)))^(1/ŝ), n the number of logits.
/// </summary>
internal static class MirostatOne
{
    /// <summary>Sorts the candidates and tells how many of the likeliest to keep.</summary>
    public static int Kept(Candidates candidates, double mu, int m)
    {
        var s = Exponent(candidates.Probabilities(), m);
        var k = Scalar.Pow((s - 1) * Scalar.Pow(2, mu) / (1 - Scalar.Pow(candidates.Vocabulary, 1 - s)), 1 / s);

        // Not a number at ŝ = 1 or 0: a law without a tail to cut.
        return k < candidates.Count ? Math.Max((int)k, 1) : candidates.Count;
    }

    // ŝ = Σ tᵢbᵢ / Σ tᵢ², tᵢ = ln((i + 2) / (i + 1)), bᵢ = ln(pᵢ / pᵢ₊₁).
    private static double Exponent(ReadOnlySpan<double> probabilities, int m)
    {
        var (products, squares) = (0.0, 0.0);
        for (var i = 0; i + 1 < Math.Min(m, probabilities.Length) && probabilities[i + 1] > 0; i++)
        {
            var t = Scalar.LogDouble((i + 2.0) / (i + 1));
            products += t * Scalar.LogDouble(probabilities[i] / probabilities[i + 1]);
            squares += t * t;
        }

        return products / squares;
    }
}
