using System.Diagnostics;
using Sequitur.Engine.Speculation;

namespace Sequitur.Engine;

/// <summary>Tokens a second of some runs that do the same.</summary>
/// <param name="Runs">Each run's, in the order of the runs.</param>
public sealed record Speeds(IReadOnlyList<double> Runs)
{
    private readonly double[] _sorted = [.. Runs.Order()];

    /// <summary>The slowest run.</summary>
    public double Minimum => _sorted[0];

    /// <summary>The fastest run.</summary>
    public double Maximum => _sorted[^1];

    /// <summary>The middle one, or the mean of the two in the middle.</summary>
    public double Median => (_sorted[(_sorted.Length - 1) / 2] + _sorted[_sorted.Length / 2]) / 2;
}

/// <summary>A generation that was timed.</summary>
/// <param name="TokensPerSecond">Of all sequences together.</param>
/// <param name="Ids">What the first sequence generated.</param>
/// <param name="Speculation">What drafting ahead did for it; null where it was off.</param>
/// <param name="WhyNoSpeculation">Why it was off although the engine drafts.</param>
public sealed record TimedGeneration(double TokensPerSecond, IReadOnlyList<int> Ids, SpeculationCounts? Speculation, string? WhyNoSpeculation);

/// <summary>
/// Tokens a second of an engine at given sizes. A prompt is timed from its first token to the choice of the token behind it; a generation step by step, each from the token before to the
/// choice of the next, head and sampler included. Nothing else may be submitted to the engine meanwhile.
/// </summary>
/// <param name="engine">The engine; it needs room for <paramref name="batch"/> sequences.</param>
/// <param name="vocabulary">Entries of the model's vocabulary.</param>
/// <param name="depth">Tokens of each sequence that are in the cache before the watch starts.</param>
/// <param name="batch">Sequences at once; speeds are those of all together.</param>
public sealed class SpeedTest(InferenceEngine engine, int vocabulary, int depth = 0, int batch = 1)
{
    /// <summary>Ids that a prompt is made of: position p of sequence s has 100 + (37·p + s) mod 20,000, as <c>bench/peers/llama</c> has, brought into the vocabulary.</summary>
    public static int[] Ids(int count, int vocabulary, int sequence = 0) => [.. Enumerable.Range(0, count).Select(p => (int)((100 + (((37L * p) + sequence) % 20_000)) % vocabulary))];

    /// <summary>Times a prompt of each sequence.</summary>
    /// <param name="tokens">Tokens of each.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Tokens a second of all sequences.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="CapacityException">The context does not hold them.</exception>
    public double Prompt(int tokens, CancellationToken cancellation = default) => (double)tokens * batch / Time(depth + tokens, 1, cancellation).Seconds;

    /// <summary>Times the greedy generation of each sequence, behind the first <c>depth + 1</c> of its <see cref="Ids"/>.</summary>
    /// <param name="tokens">Tokens of each.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="CapacityException">The context does not hold them.</exception>
    public TimedGeneration Generate(int tokens, CancellationToken cancellation = default)
    {
        var (seconds, first) = Time(depth + 1, tokens, cancellation);
        return new((double)tokens * batch / seconds, first.Tokens.ToArray(), first.Speculation, first.WhyNoSpeculation);
    }

    private (double Seconds, Generation First) Time(int prompt, int generate, CancellationToken cancellation)
    {
        var gate = new Gate(depth);
        var generations = Enumerable.Range(0, batch)
            .Select(sequence => engine.Submit(new Request { Ids = Ids(prompt, vocabulary, sequence), MaxTokens = generate, Gate = gate }, cancellation)).ToArray();
        while (engine.Step())
        {
        }

        gate.IsOpen = true;
        var start = Stopwatch.GetTimestamp();
        while (engine.Step())
        {
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        foreach (var generation in generations)
        {
            if (generation.Error is { } error)
            {
                throw error;
            }
        }

        cancellation.ThrowIfCancellationRequested();
        return generations[0].Tokens.Length == generate
            ? (seconds, generations[0])
            : throw new CapacityException($"{prompt} tokens of prompt and {generate} of generation need {(long)prompt + generate} positions, more than the context of {engine.Context}");
    }
}
