using System.Globalization;

namespace Sequitur.Engine.Sampling;

/// <summary>Adds a number to the logits of single tokens; −∞ forbids them.</summary>
/// <param name="biases">The numbers by token id.</param>
/// <exception cref="UsageException">A bias is NaN or +∞, or an id negative.</exception>
[Sampler("logit_bias", Place = 10)]
public sealed class LogitBias(IEnumerable<KeyValuePair<int, float>> biases) : Sampler, ISamplerParser
{
    private static readonly ListParameter Biases = new("biases", "--logit-bias", "Add a number to a token's logit: ID=VALUE, -inf forbids it", (text, label) => Read(text, label));

    private readonly (int Id, float Bias)[] _biases = [.. biases.Select(pair => Require(pair.Key, pair.Value))];

    /// <inheritdoc/>
    public static IReadOnlyList<SamplerParameter> Parameters => [Biases];

    /// <inheritdoc/>
    public override string Name => "logit_bias";

    /// <inheritdoc/>
    public static Sampler? Create(SamplerArguments arguments)
    {
        if (arguments.Get(Biases) is not { Count: > 0 } texts)
        {
            return null;
        }

        var biases = new Dictionary<int, float>();
        foreach (var (id, bias) in texts.Select(text => Read(text, Biases.Flag!)))
        {
            if (!biases.TryAdd(id, bias))
            {
                throw new UsageException($"--logit-bias names token {id} twice: give it once");
            }
        }

        return new LogitBias(biases);
    }

    /// <inheritdoc/>
    public override void CheckModel(int vocabulary)
    {
        foreach (var (id, _) in _biases)
        {
            if (id >= vocabulary)
            {
                throw new UsageException($"--logit-bias: token id {id} is not in the vocabulary of {vocabulary}");
            }
        }
    }

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, in SamplingStep step)
    {
        // A tally is the number of a token's bias, from 1.
        var number = candidates.Tallies;
        for (var i = 0; i < _biases.Length; i++)
        {
            number[_biases[i].Id] = i + 1;
        }

        var ids = candidates.Ids;
        var logits = candidates.ChangeLogits();
        for (var i = 0; i < ids.Length; i++)
        {
            if (number[ids[i]] is > 0 and var which)
            {
                logits[i] += _biases[which - 1].Bias;
            }
        }

        foreach (var (id, bias) in _biases)
        {
            number[id] = bias == float.NegativeInfinity ? 1 : 0;
        }

        candidates.RemoveTallied();
    }

    /// <inheritdoc/>
    protected override void Describe(StepText text) => text.Add(Biases, _biases.Select(pair => $"{pair.Id}={StepText.Number(pair.Bias)}"));

    private static (int Id, float Bias) Read(string text, string label)
    {
        var parts = text.Split('=', 2, StringSplitOptions.TrimEntries);
        if (parts.Length != 2 || !int.TryParse(parts[0], CultureInfo.InvariantCulture, out var id) || id < 0)
        {
            throw new UsageException($"{label} must be ID=VALUE with a token id from 0, not '{text}'");
        }

        return parts[1].Equals("-inf", StringComparison.OrdinalIgnoreCase) ? (id, float.NegativeInfinity)
            : float.TryParse(parts[1], CultureInfo.InvariantCulture, out var bias) && bias < float.PositiveInfinity ? (id, bias)
            : throw new UsageException($"{label} must be ID=VALUE with a number or -inf as value, not '{text}'");
    }

    private static (int Id, float Bias) Require(int id, float bias) => id >= 0 && bias < float.PositiveInfinity
        ? (id, bias)
        : throw new UsageException($"--logit-bias of {StepText.Number(bias)} for token {id} is impossible: the id must be from 0, the bias a number or -inf");
}
