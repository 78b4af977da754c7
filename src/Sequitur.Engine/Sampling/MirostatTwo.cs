using Sequitur.Kernels.Numerics;

namespace Sequitur.Engine.Sampling;

/// <summary>Mirostat 2: keeps the tokens whose surprise −log₂ p does not exceed μ, but at least one.</summary>
internal static class MirostatTwo
{
    /// <summary>Sorts the candidates and tells how many of the likeliest to keep.</summary>
    public static int Kept(Candidates candidates, double mu)
    {
        var probabilities = candidates.Probabilities();
        var kept = 1;
        while (kept < probabilities.Length && -Scalar.LogDouble(probabilities[kept]) * Mirostat.Bits <= mu)
        {
            kept++;
        }

        return kept;
    }
}
