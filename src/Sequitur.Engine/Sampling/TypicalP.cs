using Sequitur.Kernels.Numerics;

namespace Sequitur.Engine.Sampling;

/// <summary>
/// Keeps tokens whose surprise −ln p is nearest to the entropy, until their probabilities sum to more than p: locally typical sampling (Meister et al. 2023).
/// </summary>
/// <param name="p">The sum, from 0 to 1.</param>
/// <param name="minKeep">Tokens that stay in any case.</param>
/// <exception cref="UsageException">A number is out of range.</exception>
[Sampler("typical_p", Place = 90)]
public sealed class TypicalP(float p, int minKeep = 1) : Sampler, ISamplerParser
{
    private static readonly NumberParameter<float> P = new("p", "--typical-p", "Keep the tokens nearest to the expected surprise, of a mass of P; 1: all", 1) { Least = 0, Most = 1 };

    private readonly float _p = P.Require(p);
    private readonly int _minKeep = MinKeep.Parameter.Require(minKeep);

    /// <inheritdoc/>
    public static IReadOnlyList<SamplerParameter> Parameters => [P, MinKeep.Parameter];

    /// <inheritdoc/>
    public override string Name => "typical_p";

    /// <inheritdoc/>
    public override bool Truncates => true;

    /// <inheritdoc/>
    public static Sampler? Create(SamplerArguments arguments) => arguments.Get(P) is < 1 and var p ? new TypicalP(p, arguments.Get(MinKeep.Parameter)) : null;

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, in SamplingStep step)
    {
        if (_p >= 1)
        {
            return;
        }

        // Surprise grows along the sorted tokens, so the nearest to the entropy stand side by side: two ends move out from it.
        var entropy = candidates.Entropy();
        var probabilities = candidates.Probabilities();
        var end = 0;
        while (end < probabilities.Length && -Scalar.LogDouble(probabilities[end]) < entropy)
        {
            end++;
        }

        var (start, sum) = (end, 0.0);
        while (end - start < probabilities.Length && (sum <= _p || end - start < _minKeep))
        {
            var takesLikelier = end == probabilities.Length
                || (start > 0 && entropy + Scalar.LogDouble(probabilities[start - 1]) <= -Scalar.LogDouble(probabilities[end]) - entropy);
            sum += takesLikelier ? probabilities[--start] : probabilities[end++];
        }

        candidates.Keep(start, end - start);
    }

    /// <inheritdoc/>
    protected override void Describe(StepText text) => text.Add(P, _p).Add(MinKeep.Parameter, _minKeep);
}
