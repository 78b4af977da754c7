namespace Sequitur.Engine.Sampling;

/// <summary>Keeps the shortest list of the likeliest tokens whose probabilities sum to at least p: the nucleus (Holtzman et al. 2020).</summary>
/// <param name="p">The least sum, from 0 to 1.</param>
/// <param name="minKeep">Tokens that stay in any case.</param>
/// <exception cref="UsageException">A number is out of range.</exception>
[Sampler("top_p", Place = 120)]
public sealed class TopP(float p, int minKeep = 1) : Sampler, ISamplerParser
{
    private static readonly NumberParameter<float> P = new("p", "--top-p", "Keep the likeliest tokens whose probabilities sum to P; 1: all", 1) { Least = 0, Most = 1 };

    private readonly float _p = P.Require(p);
    private readonly int _minKeep = MinKeep.Parameter.Require(minKeep);

    /// <inheritdoc/>
    public static IReadOnlyList<SamplerParameter> Parameters => [P, MinKeep.Parameter];

    /// <inheritdoc/>
    public override string Name => "top_p";

    /// <inheritdoc/>
    public override bool Truncates => true;

    /// <inheritdoc/>
    public static Sampler? Create(SamplerArguments arguments) => arguments.Get(P) is < 1 and var p ? new TopP(p, arguments.Get(MinKeep.Parameter)) : null;

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, in SamplingStep step)
    {
        if (_p >= 1)
        {
            return;
        }

        var (sum, kept) = (0.0, 0);
        foreach (var probability in candidates.Probabilities())
        {
            sum += probability;
            kept++;
            if (sum >= _p && kept >= _minKeep)
            {
                break;
            }
        }

        candidates.Keep(0, kept);
    }

    /// <inheritdoc/>
    protected override void Describe(StepText text) => text.Add(P, _p).Add(MinKeep.Parameter, _minKeep);
}
