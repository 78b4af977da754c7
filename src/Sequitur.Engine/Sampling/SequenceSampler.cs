using Sequitur.Kernels.Numerics;

namespace Sequitur.Engine.Sampling;

/// <summary>The sampling of one sequence: a chain with what its samplers learn on the way. Nothing is allocated per token, unless reports are asked for.</summary>
public sealed class SequenceSampler
{
    private readonly Sampler[] _samplers;
    private readonly ulong _seed;
    private readonly SamplingReporter? _reporter;

    internal SequenceSampler(Sampler[] samplers, ulong seed, bool reports)
    {
        _samplers = samplers;
        _seed = seed;
        _reporter = reports ? new SamplingReporter() : null;
    }

    /// <summary>What the samplers did for the last token; null before the first, or if reports were not asked for.</summary>
    public SamplingReport? Report => _reporter?.Report;

    /// <summary>Chooses the next token.</summary>
    /// <param name="candidates">The tokens and their logits; changed.</param>
    /// <param name="history">The sequence so far. The token's position in it is its length.</param>
    /// <exception cref="UsageException">Every token is forbidden.</exception>
    public int Next(Candidates candidates, ReadOnlySpan<int> history)
    {
        var step = new SamplingStep(history, _seed);
        _reporter?.Begin(candidates, history.Length);
        foreach (var sampler in _samplers)
        {
            sampler.Apply(candidates, step);
            if (candidates.Count == 0)
            {
                throw new UsageException($"{sampler.Name} forbids every token that is left at position {history.Length}: forbid less");
            }

            _reporter?.Note(sampler, candidates);
        }

        var (drawn, probability) = (0, 1.0);
        if (candidates.Count > 1)
        {
            drawn = candidates.Draw(step.Uniform(RandomPurpose.Sample), out probability);
        }

        foreach (var sampler in _samplers)
        {
            sampler.Chosen(probability);
        }

        var token = candidates.Ids[drawn];
        _reporter?.End(token, probability);
        return token;
    }
}
