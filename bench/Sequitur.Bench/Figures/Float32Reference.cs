using Sequitur.Engine;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Bench.Figures;

/// <summary>
/// With float32 activations and a float32 cache the engine must agree with an exact reference of the same weights: logits behind each prompt, greedy choices as far as
/// the reference is sure of them, and the perplexity of a text.
/// </summary>
[Figure("executor", Title)]
[Figure("contract", Title)]
internal sealed class Float32Reference : IFigure
{
    private const string Title = "float32 against the reference";
    private const double GoalLogits = 1e-3;
    private const double GoalPerplexity = 1e-4;

    public static IEnumerable<Measurement> Measure(Workbench bench) => ReferenceTexts.Measure(bench, Title, texts => Compare(bench, texts));

    private static IEnumerable<Measurement> Compare(Workbench bench, ReferenceTexts texts)
    {
        var options = new EngineOptions { Float32 = true, Threads = bench.ThreadCounts[^1], Context = 1024 };
        using var engine = new InferenceEngine(bench.Model.Loaded.Model, options);
        var (worst, worstPrompt, compared, ids, wrong) = (0.0, "", 0, 0, new List<string>());
        foreach (var prompt in texts.Prompts)
        {
            var name = prompt.GetProperty("id").GetString()!;
            var greedy = prompt.GetProperty("greedy");
            var sure = greedy.GetProperty("must_match_up_to_float32").GetInt32();
            var generation = Generate(engine, ReferenceTexts.Integers(prompt, "token_ids"), Math.Max(sure, 1));
            foreach (var difference in Differences(generation.Logits![0], texts, name))
            {
                compared++;
                (worst, worstPrompt) = difference > worst ? (difference, name) : (worst, worstPrompt);
            }

            ids += sure;
            if (!generation.Tokens[..sure].SequenceEqual(ReferenceTexts.Integers(greedy, "reference_ids").AsSpan(0, sure)))
            {
                wrong.Add(name);
            }
        }

        yield return Measurement.AtMost("float32 logits, largest difference", worst, "", GoalLogits, $"{compared} logits; largest for '{worstPrompt}'");
        yield return Measurement.AtMost(
            "float32 greedy, prompts that differ", wrong.Count, "prompts", 0, string.Join(", ", wrong.Prepend($"{ids} ids compared, as far as the reference is sure")));
        yield return Perplexity(bench, texts);
    }

    private static Generation Generate(InferenceEngine engine, int[] prompt, int tokens)
    {
        var generation = engine.Submit(new Request { Ids = prompt, MaxTokens = tokens, KeepLogits = true });
        while (!generation.IsFinished)
        {
            engine.Step();
        }

        return generation.Error is { } error ? throw error : generation;
    }

    private static IEnumerable<double> Differences(float[] logits, ReferenceTexts texts, string name)
    {
        var (ids, values) = (texts.Data<int>($"{name}.reference.top_ids"), texts.Data<float>($"{name}.reference.top_logits"));
        var top = ids.Select((id, i) => Difference(logits[id], values[i]));
        return texts.Has($"{name}.reference.logits")
            ? top.Concat(texts.Data<float>($"{name}.reference.logits").Select((value, id) => Difference(logits[id], value)))
            : top;
    }

    // A NaN must not pass as a small difference.
    private static double Difference(double actual, double expected)
    {
        var distance = Math.Abs(actual - expected);
        return double.IsNaN(distance) ? double.PositiveInfinity : distance;
    }

    private static Measurement Perplexity(Workbench bench, ReferenceTexts texts)
    {
        var reference = texts.Perplexity.GetProperty("all").GetProperty("reference").GetDouble();
        var chunks = texts.Chunks;
        using var reader = new PromptLogits(bench.Model.Loaded.Model, chunks.Max(chunk => chunk.Length), bench.ThreadCounts[^1], float32: true);
        var (sum, count) = (0.0, 0);
        foreach (var text in chunks)
        {
            reader.Read(text, (position, logits) =>
            {
                if (position + 1 < text.Length)
                {
                    sum += Distribution.LogSumExp(logits) - logits[text[position + 1]];
                    count++;
                }
            });
        }

        var perplexity = Scalar.ExpDouble(sum / count);
        return Measurement.AtMost(
            "float32 perplexity, relative difference", Difference(perplexity, reference) / reference, "", GoalPerplexity, $"perplexity {perplexity:F4} over {count} tokens");
    }
}
