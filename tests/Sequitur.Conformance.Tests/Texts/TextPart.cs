using System.Globalization;

namespace Sequitur.Conformance.Tests.Texts;

/// <summary>One kind of expectation of a text; <see cref="Check"/> says how large the error was and how large it may be.</summary>
/// <param name="Name">What it is called in tests, canaries and the table.</param>
/// <param name="PerPrompt">Whether it is one for each prompt, or one for the case.</param>
/// <param name="Check">Runs it.</param>
internal sealed record TextPart(string Name, bool PerPrompt, Func<TextRuns, TextCase, string, Outcome> Check)
{
    // What the engine promises of float32; the cases allow more.
    private const double LargestLogitError = 1e-3;
    private const double LargestPerplexityError = 1e-4;

    // A sanity bound on integer activations.
    private const double LargestDivergence = 0.05;

    /// <summary>All parts.</summary>
    public static IReadOnlyList<TextPart> All { get; } =
    [
        new("float32 logits", true, Logits), new("float32 greedy", true, Greedy), new("float32 perplexity", false, Perplexity), new("integer logits", true, IntegerLogits),
    ];

    private static Outcome Logits(TextRuns runs, TextCase texts, string name)
    {
        using var expected = texts.Open();
        var prompt = texts.Prompts.Single(p => p.Name == name);
        var logits = runs.Greedy(texts, prompt, float32: true).Logits;
        var worst = Math.Abs(Distribution.LogSumExp(logits) - prompt.LogSumExp);
        foreach (var (id, logit) in expected.Integers($"{name}.reference.top_ids").Zip(expected.Floats($"{name}.reference.top_logits").Values))
        {
            worst = Math.Max(worst, Math.Abs((double)logits[id] - logit));
        }

        if (expected.Has($"{name}.reference.logits"))
        {
            worst = Math.Max(worst, logits.Zip(expected.Floats($"{name}.reference.logits").Values, (a, e) => Math.Abs((double)a - e)).Max());
        }

        return new(worst, LargestLogitError, "largest difference of a logit");
    }

    private static Outcome Greedy(TextRuns runs, TextCase texts, string name)
    {
        var prompt = texts.Prompts.Single(p => p.Name == name);
        var tokens = runs.Greedy(texts, prompt, float32: true).Tokens;
        var same = tokens.Zip(prompt.Continuation).TakeWhile(pair => pair.First == pair.Second).Count();
        return new(Math.Max(prompt.MustMatch - same, 0), 0.5, string.Create(CultureInfo.InvariantCulture, $"tokens that differ of {prompt.MustMatch}, from token {same} on"));
    }

    private static Outcome Perplexity(TextRuns runs, TextCase texts, string name)
    {
        using var expected = texts.Open();
        var ids = expected.Integers("perplexity.token_ids");
        var chunks = ids.Chunk((int)expected.Shape("perplexity.token_ids")[1]).ToArray();
        var perplexity = Math.Exp(runs.LogLikelihoods(texts, chunks).SelectMany(nll => nll).Average());
        return new(Math.Abs((perplexity / texts.Perplexity) - 1), LargestPerplexityError, string.Create(CultureInfo.InvariantCulture, $"relative difference of the perplexity {perplexity:F5} from {texts.Perplexity:F5}"));
    }

    // Only a sanity check: how near integer activations come is measured elsewhere.
    private static Outcome IntegerLogits(TextRuns runs, TextCase texts, string name)
    {
        using var expected = texts.Open();
        var prompt = texts.Prompts.Single(p => p.Name == name);
        var (tokens, logits) = runs.Greedy(texts, prompt, float32: false);
        if (!prompt.IsUncertain && tokens[0] != prompt.Continuation[0])
        {
            return new(double.PositiveInfinity, LargestDivergence, $"the best token is {tokens[0]}, not {prompt.Continuation[0]}");
        }

        var divergence = expected.Has($"{name}.reference.logits")
            ? Distribution.Divergence(expected.Floats($"{name}.reference.logits").Values, logits)
            : 0;
        return new(divergence, LargestDivergence, "divergence from the exact distribution");
    }
}

/// <summary>An error, and what is allowed.</summary>
internal sealed record Outcome(double Error, double Limit, string What)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{What}: {Error:G4}, allowed {Limit:G4}");
}
