namespace Sequitur.Engine.Sampling;

/// <summary>
/// Lowers tokens that stand among the last of prompt and answer. A logit is divided by the repetition penalty if positive, else multiplied by it (Keskar et al. 2019);
/// then the frequency penalty is subtracted for each occurrence, the presence penalty once.
/// </summary>
/// <param name="repeat">The repetition penalty, above 0; 1: none.</param>
/// <param name="frequency">The frequency penalty.</param>
/// <param name="presence">The presence penalty.</param>
/// <param name="lastN">Tokens that are looked at; −1: all.</param>
/// <exception cref="UsageException">A number is out of range.</exception>
[Sampler("penalties", Place = 40)]
public sealed class Penalties(float repeat = 1, float frequency = 0, float presence = 0, int lastN = 64) : Sampler, ISamplerParser
{
    private static readonly NumberParameter<float> Repeat = new("repeat", "--repeat-penalty", "Divide logits of tokens that came before; 1: off", 1) { Least = 0, IsAboveLeast = true };
    private static readonly NumberParameter<float> Frequency = new("frequency", "--frequency-penalty", "Subtract from a logit for each time that the token came; 0: off", 0);
    private static readonly NumberParameter<float> Presence = new("presence", "--presence-penalty", "Subtract from logits of tokens that came before; 0: off", 0);
    private static readonly NumberParameter<int> LastN = new("last_n", "--repeat-last-n", "Tokens that the three penalties look back at; -1: all", 64) { Least = -1 };

    private readonly float _repeat = Repeat.Require(repeat);
    private readonly float _frequency = Frequency.Require(frequency);
    private readonly float _presence = Presence.Require(presence);
    private readonly int _lastN = LastN.Require(lastN);

    /// <inheritdoc/>
    public static IReadOnlyList<SamplerParameter> Parameters => [Repeat, Frequency, Presence, LastN];

    /// <inheritdoc/>
    public override string Name => "penalties";

    /// <inheritdoc/>
    public static Sampler? Create(SamplerArguments arguments)
    {
        var (repeat, frequency, presence, lastN) = (arguments.Get(Repeat), arguments.Get(Frequency), arguments.Get(Presence), arguments.Get(LastN));
        return lastN == 0 || (repeat, frequency, presence) == (1, 0, 0) ? null : new Penalties(repeat, frequency, presence, lastN);
    }

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, in SamplingStep step)
    {
        var counts = candidates.Tallies;
        foreach (var id in step.Last(_lastN))
        {
            counts[id]++;
        }

        var ids = candidates.Ids;
        var logits = candidates.ChangeLogits();
        for (var i = 0; i < ids.Length; i++)
        {
            if (counts[ids[i]] is > 0 and var count)
            {
                var logit = logits[i] > 0 ? logits[i] / _repeat : logits[i] * _repeat;
                logits[i] = logit - (count * _frequency) - _presence;
            }
        }

        counts.Clear();
    }

    /// <inheritdoc/>
    protected override void Describe(StepText text) => text.Add(Repeat, _repeat).Add(Frequency, _frequency).Add(Presence, _presence).Add(LastN, _lastN);
}
