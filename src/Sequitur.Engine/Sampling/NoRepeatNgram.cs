namespace Sequitur.Engine.Sampling;

/// <summary>Forbids every token that would complete an n-gram which prompt and answer already hold (Paulus et al. 2017).</summary>
/// <param name="n">Tokens of an n-gram, from 1.</param>
/// <exception cref="UsageException">It is below 1.</exception>
[Sampler("no_repeat_ngram", Place = 30)]
public sealed class NoRepeatNgram(int n) : Sampler, ISamplerParser
{
    private static readonly NumberParameter<int> N = new("n", "--no-repeat-ngram", "Never write the same N tokens twice; 0: off", 0) { Least = 0 };

    private readonly int _n = N.Require(n) > 0 ? n : throw new UsageException("--no-repeat-ngram of 0 forbids nothing: leave it out");

    /// <inheritdoc/>
    public static IReadOnlyList<SamplerParameter> Parameters => [N];

    /// <inheritdoc/>
    public override string Name => "no_repeat_ngram";

    /// <inheritdoc/>
    public static Sampler? Create(SamplerArguments arguments) => arguments.Get(N) is > 0 and var n ? new NoRepeatNgram(n) : null;

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, in SamplingStep step)
    {
        var history = step.History;
        var before = _n - 1;
        if (history.Length < _n)
        {
            return;
        }

        var end = history[^before..];
        var forbidden = candidates.Tallies;
        for (var i = 0; i + before < history.Length; i++)
        {
            if (history.Slice(i, before).SequenceEqual(end))
            {
                forbidden[history[i + before]] = 1;
            }
        }

        candidates.RemoveTallied();
    }

    /// <inheritdoc/>
    protected override void Describe(StepText text) => text.Add(N, _n);
}
