using Sequitur.Kernels.Numerics;

namespace Sequitur.Engine.Sampling;

/// <summary>
/// Steers the surprise −log₂ p of the tokens that are drawn towards a target τ (Basu et al. 2021): μ, at first 2τ, bounds the surprise that may come, and
/// after each draw μ −= η · (observed surprise − τ). It decides by itself how many tokens stay, so no other truncation may stand in its chain, and it is the last step.
/// What it keeps for a μ is one of two rules (<see cref="MirostatOne"/>, <see cref="MirostatTwo"/>).
/// </summary>
[Sampler("mirostat", Place = 160)]
public sealed class Mirostat : Sampler, ISamplerParser
{
    /// <summary>1 / ln 2: from nats to bits.</summary>
    internal const double Bits = 1.4426950408889634;

    private static readonly NumberParameter<int> Version = new("version", "--mirostat", "Keep the surprise of tokens at a target, by version 1 or 2; 0: off", 0) { Least = 0, Most = 2 };
    private static readonly NumberParameter<float> Tau = new("tau", "--mirostat-tau", "Mirostat's target, in bits", 5) { Least = 0, IsAboveLeast = true };
    private static readonly NumberParameter<float> Eta = new("eta", "--mirostat-eta", "How fast Mirostat approaches its target", 0.1f) { Least = 0, IsAboveLeast = true };
    private static readonly NumberParameter<int> M = new("m", null, "Tokens that version 1 estimates from", 100) { Least = 2, IsMinor = true };

    private readonly int _version;
    private readonly float _tau;
    private readonly float _eta;
    private readonly int _m;

    /// <summary>Creates the sampler.</summary>
    /// <param name="version">1 or 2.</param>
    /// <param name="tau">τ, the target in bits, above 0.</param>
    /// <param name="eta">η, the rate, above 0.</param>
    /// <param name="m">The number of most probable tokens that version 1 estimates from, at least 2.</param>
    /// <exception cref="UsageException">A number is out of range.</exception>
    public Mirostat(int version, float tau = 5, float eta = 0.1f, int m = 100)
    {
        _version = Version.Require(version) > 0 ? version : throw new UsageException("--mirostat of 0 is off: leave it out");
        (_tau, _eta, _m) = (Tau.Require(tau), Eta.Require(eta), M.Require(m));
        Mu = 2.0 * tau;
    }

    /// <inheritdoc/>
    public static IReadOnlyList<SamplerParameter> Parameters => [Version, Tau, Eta, M];

    /// <summary>μ: the bound of the surprise for the next token, in bits.</summary>
    public double Mu { get; private set; }

    /// <inheritdoc/>
    public override string Name => "mirostat";

    /// <inheritdoc/>
    public override bool Truncates => true;

    /// <inheritdoc/>
    public static Sampler? Create(SamplerArguments arguments) =>
        arguments.Get(Version) is > 0 and var version ? new Mirostat(version, arguments.Get(Tau), arguments.Get(Eta), arguments.Get(M)) : null;

    /// <inheritdoc/>
    public override Sampler ForSequence(int capacity) => new Mirostat(_version, _tau, _eta, _m);

    /// <inheritdoc/>
    public override void CheckChain(IReadOnlyList<Sampler> chain)
    {
        if (chain[^1] != this)
        {
            throw new UsageException($"--mirostat learns from what is drawn: it must be the last of --samplers, before it {string.Join(", ", chain.Where(other => other != this).Select(other => other.Name))}");
        }

        if (chain.FirstOrDefault(other => other.Truncates && other != this) is { } other)
        {
            var without = Samplers.Find(other.Name).Parameters is [{ Flag: { } flag }, ..] ? $"leave {flag} out" : "set --temperature above 0";
            throw new UsageException($"--mirostat decides by itself how many tokens stay and cannot stand with {other.Name}: {without}");
        }
    }

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, in SamplingStep step) =>
        candidates.Keep(0, _version == 1 ? MirostatOne.Kept(candidates, Mu, _m) : MirostatTwo.Kept(candidates, Mu));

    /// <inheritdoc/>
    public override void Chosen(double probability) => Mu -= _eta * ((-Scalar.LogDouble(probability) * Bits) - _tau);

    /// <inheritdoc/>
    protected override void Describe(StepText text) => text.Add(Version, _version).Add(Tau, _tau).Add(Eta, _eta).Add(M, _m);
}
