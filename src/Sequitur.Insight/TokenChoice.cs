using Sequitur.Engine;
using Sequitur.Engine.Sampling;
using Sequitur.Kernels.Numerics;
using Sequitur.Tensors.Execution;

namespace Sequitur.Insight;

/// <summary>A token that might have been chosen.</summary>
/// <param name="Id">The token.</param>
/// <param name="Logit">Its logit.</param>
/// <param name="Probability">Its probability as the model said.</param>
/// <param name="RemovedBy">The sampler that took it out; null where none did.</param>
public sealed record Candidate(int Id, float Logit, double Probability, string? RemovedBy);

/// <summary>What the logit lens shows of the chosen token at a depth.</summary>
/// <param name="Depth">Layers that the stream has been through.</param>
/// <param name="Best">The likeliest token there.</param>
/// <param name="BestProbability">Its probability.</param>
/// <param name="Rank">How many tokens are likelier than the chosen one.</param>
/// <param name="Probability">The chosen one's probability.</param>
public sealed record LensRow(int Depth, int Best, double BestProbability, int Rank, double Probability);

/// <summary>Why a model chose a token behind a prompt: candidates, samplers, direct logit attribution, logit lens. All numbers are those of the run that chose it.</summary>
public sealed record TokenChoice
{
    /// <summary>Candidates that are listed.</summary>
    public const int MostCandidates = 10;

    /// <summary>What the token was chosen behind.</summary>
    public required IReadOnlyList<int> Ids { get; init; }

    /// <summary>The chosen token.</summary>
    public required int Token { get; init; }

    /// <summary>The likeliest of all others.</summary>
    public required int RunnerUp { get; init; }

    /// <summary>The likeliest tokens, and the chosen one if it is none of them.</summary>
    public required IReadOnlyList<Candidate> Candidates { get; init; }

    /// <summary>What each sampler did; null where no sampler was asked.</summary>
    public required SamplingReport? Sampling { get; init; }

    /// <summary>The chosen token's log-probability.</summary>
    public required double LogProbability { get; init; }

    /// <summary>Entropy of the distribution, in nats.</summary>
    public required double Entropy { get; init; }

    /// <summary>What made the chosen token's logit.</summary>
    public required Attribution Logit { get; init; }

    /// <summary>What made its lead over the runner-up.</summary>
    public required Attribution Lead { get; init; }

    /// <summary>The divisor of the final norm, frozen in both.</summary>
    public required double FinalNormDivisor { get; init; }

    /// <summary>The logit lens, from the embedding to behind the last layer.</summary>
    public required IReadOnlyList<LensRow> Lens { get; init; }

    /// <summary>Names of the values that are read.</summary>
    public static IEnumerable<string> ValuesOf(Anatomy anatomy) => Attributor.ValuesOf(anatomy);

    /// <summary>Looks into a choice.</summary>
    /// <param name="recording">The run of the prompt, with <see cref="ValuesOf"/> recorded.</param>
    /// <param name="token">The chosen token; the likeliest by default.</param>
    /// <param name="sampling">What the samplers did.</param>
    public static TokenChoice Of(Recording recording, int? token = null, SamplingReport? sampling = null)
    {
        var logits = recording.Logits;
        var best = Distributions.Top(logits, MostCandidates);
        var chosen = token ?? best[0];
        var other = best.First(id => id != chosen);
        var attributor = new Attributor(recording);
        var logit = attributor.Of(chosen);
        var total = Distributions.LogSumExp(logits);
        return new()
        {
            Ids = recording.Ids,
            Token = chosen,
            RunnerUp = other,
            Candidates = CandidatesOf(logits, chosen, MostCandidates, sampling),
            Sampling = sampling,
            LogProbability = logits[chosen] - total,
            Entropy = Distributions.Entropy(logits),
            Logit = logit,
            Lead = logit - attributor.Of(other),
            FinalNormDivisor = attributor.FinalNormDivisor,
            Lens = LensOf(recording, chosen),
        };
    }

    /// <summary>Runs a prompt and looks into the choice behind it.</summary>
    public static TokenChoice Of(
        InferenceEngine engine, IReadOnlyList<int> ids, int? token = null, SamplingReport? sampling = null, IReadOnlyList<GraphRewrite>? rewrites = null, CancellationToken cancellation = default) =>
        Of(Recording.Of(engine, ids, ValuesOf(Anatomy.Of(engine)), rewrites, cancellation), token, sampling);

    /// <summary>The likeliest tokens, and a chosen one if it is none of them.</summary>
    internal static List<Candidate> CandidatesOf(ReadOnlySpan<float> logits, int chosen, int count, SamplingReport? sampling)
    {
        var (best, total, candidates) = (Distributions.Top(logits, count), Distributions.LogSumExp(logits), new List<Candidate>());
        foreach (var id in best.Contains(chosen) ? best : [.. best, chosen])
        {
            candidates.Add(new(id, logits[id], Scalar.ExpDouble(logits[id] - total), sampling?.Steps.FirstOrDefault(step => step.Removed.Contains(id))?.Sampler));
        }

        return candidates;
    }

    internal static List<LensRow> LensOf(Recording recording, int token)
    {
        var rows = new List<LensRow>();
        new Lens(recording).Look([recording.Tokens - 1], (depth, _, logits) =>
        {
            var (best, total) = (Distributions.Top(logits, 1)[0], Distributions.LogSumExp(logits));
            rows.Add(new(depth, best, Scalar.ExpDouble(logits[best] - total), Distributions.Rank(logits, token), Scalar.ExpDouble(logits[token] - total)));
        });
        return rows;
    }
}
