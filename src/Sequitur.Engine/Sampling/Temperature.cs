namespace Sequitur.Engine.Sampling;

/// <summary>Divides logits by a temperature: above 1 flatter, below 1 sharper (Ackley et al. 1985). At 0 the largest logit stays; with a range it follows the entropy.</summary>
/// <param name="temperature">A positive number.</param>
/// <exception cref="UsageException">It is not positive and finite.</exception>
[Sampler("temperature", Place = 150)]
public sealed class Temperature(float temperature) : Sampler, ISamplerParser
{
    internal static readonly NumberParameter<float> Degree = new("t", "--temperature", "Randomness: 0 always takes the likeliest token", 1) { Least = 0 };

    private static readonly NumberParameter<float> Range = new("range", "--dynatemp-range", "How far the temperature follows the entropy, up and down; 0: not at all", 0) { Least = 0 };
    private static readonly NumberParameter<float> Exponent = new("exponent", "--dynatemp-exponent", "How the temperature follows the entropy", 1) { Least = 0, IsAboveLeast = true };

    private readonly float _temperature = Degree.Require(temperature) > 0 ? temperature : throw new UsageException("a temperature of 0 is greedy decoding: use Greedy");

    /// <inheritdoc/>
    public static IReadOnlyList<SamplerParameter> Parameters => [Degree, Range, Exponent];

    /// <inheritdoc/>
    public override string Name => "temperature";

    /// <inheritdoc/>
    public static Sampler? Create(SamplerArguments arguments)
    {
        var (temperature, range) = (arguments.Get(Degree), arguments.Get(Range));
        return range > 0 ? new DynamicTemperature(temperature, range, arguments.Get(Exponent))
            : temperature == 0 ? new Greedy()
            : temperature == 1 ? null
            : new Temperature(temperature);
    }

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, in SamplingStep step) => Divide(candidates, _temperature);

    internal static void Divide(Candidates candidates, float temperature)
    {
        foreach (ref var logit in candidates.ChangeLogits())
        {
            logit /= temperature;
        }
    }

    /// <inheritdoc/>
    protected override void Describe(StepText text) => text.Add(Degree, _temperature);
}
