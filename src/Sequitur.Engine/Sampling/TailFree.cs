namespace Sequitur.Engine.Sampling;

/// <summary>
/// Cuts the tail where the curve of sorted probabilities becomes flat (Phenix 2019): its absolute second differences, normalised to a sum of 1, are added up, and
/// the cut lies before the first index whose sum exceeds z.
/// </summary>
/// <param name="z">The share of the curvature that stays, from 0 to 1.</param>
/// <param name="minKeep">Tokens that stay in any case.</param>
/// <exception cref="UsageException">A number is out of range.</exception>
[Sampler("tail_free", Place = 80)]
public sealed class TailFree(float z, int minKeep = 1) : Sampler, ISamplerParser
{
    private static readonly NumberParameter<float> Z = new("z", "--tfs-z", "Cut the tail after a share Z of the curvature; 1: nothing", 1) { Least = 0, Most = 1 };

    private readonly float _z = Z.Require(z);
    private readonly int _minKeep = MinKeep.Parameter.Require(minKeep);

    /// <inheritdoc/>
    public static IReadOnlyList<SamplerParameter> Parameters => [Z, MinKeep.Parameter];

    /// <inheritdoc/>
    public override string Name => "tail_free";

    /// <inheritdoc/>
    public override bool Truncates => true;

    /// <inheritdoc/>
    public static Sampler? Create(SamplerArguments arguments) => arguments.Get(Z) is < 1 and var z ? new TailFree(z, arguments.Get(MinKeep.Parameter)) : null;

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, in SamplingStep step)
    {
        if (_z >= 1 || candidates.Count < 3)
        {
            return;
        }

        var probabilities = candidates.Probabilities();
        var total = 0.0;
        for (var i = 0; i + 2 < probabilities.Length; i++)
        {
            total += Curvature(probabilities, i);
        }

        // A straight line has no tail.
        if (total == 0)
        {
            return;
        }

        var sum = 0.0;
        for (var i = 0; i + 2 < probabilities.Length; i++)
        {
            sum += Curvature(probabilities, i);
            if (sum > _z * total && i >= _minKeep)
            {
                candidates.Keep(0, i);
                return;
            }
        }
    }

    /// <inheritdoc/>
    protected override void Describe(StepText text) => text.Add(Z, _z).Add(MinKeep.Parameter, _minKeep);

    private static double Curvature(ReadOnlySpan<double> p, int i) => Math.Abs(p[i] - p[i + 1] - (p[i + 1] - p[i + 2]));
}
