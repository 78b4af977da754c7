using System.Text.Json;
using Sequitur.Engine;
using Sequitur.Formats.SafeTensors;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Bench.Figures;

/// <summary>
/// With float32 activations and a float32 cache the engine must agree with an exact reference of the same weights: logits behind each prompt, greedy choices as far as
/// the reference is sure of them, and the perplexity of a text.
/// </summary>
[Figure("executor", "float32 against the reference")]
internal sealed class Float32Reference : IFigure
{
    private const double GoalLogits = 1e-3;
    private const double GoalPerplexity = 1e-4;

    public static IEnumerable<Measurement> Measure(Workbench bench)
    {
        var folder = Path.Combine(bench.Conformance, "generation", "smollm2");
        return Directory.Exists(folder)
            ? Compare(bench, folder)
            : [Measurement.Skipped("float32 against the reference", "the reference data has no generation/smollm2 (see SEQUITUR_CONFORMANCE)")];
    }

    private static IEnumerable<Measurement> Compare(Workbench bench, string folder)
    {
        using var expected = SafeTensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        using var description = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "case.json")));
        var options = new EngineOptions { Float32 = true, Threads = bench.ThreadCounts[^1], Context = 1024 };
        using var engine = new InferenceEngine(bench.Model.Loaded.Model, options);
        var (worst, worstPrompt, compared, ids, wrong) = (0.0, "", 0, 0, new List<string>());
        foreach (var prompt in description.RootElement.GetProperty("cases").EnumerateArray())
        {
            var name = prompt.GetProperty("id").GetString()!;
            var greedy = prompt.GetProperty("greedy");
            var sure = greedy.GetProperty("must_match_up_to_float32").GetInt32();
            var generation = Generate(engine, Integers(prompt.GetProperty("token_ids")), Math.Max(sure, 1));
            foreach (var difference in Differences(generation.Logits![0], expected, name))
            {
                compared++;
                (worst, worstPrompt) = difference > worst ? (difference, name) : (worst, worstPrompt);
            }

            ids += sure;
            if (!generation.Tokens[..sure].SequenceEqual(Integers(greedy.GetProperty("reference_ids")).AsSpan(0, sure)))
            {
                wrong.Add(name);
            }
        }

        yield return Measurement.AtMost("float32 logits, largest difference", worst, "", GoalLogits, $"{compared} logits; largest for '{worstPrompt}'");
        yield return Measurement.AtMost(
            "float32 greedy, prompts that differ", wrong.Count, "prompts", 0, string.Join(", ", wrong.Prepend($"{ids} ids compared, as far as the reference is sure")));
        yield return Perplexity(bench, expected, description.RootElement.GetProperty("perplexity"));
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

    private static IEnumerable<double> Differences(float[] logits, SafeTensorsFile expected, string name)
    {
        var (ids, values) = (Data<int>(expected, $"{name}.reference.top_ids"), Data<float>(expected, $"{name}.reference.top_logits"));
        var top = ids.Select((id, i) => Difference(logits[id], values[i]));
        return expected.Find($"{name}.reference.logits") is null
            ? top
            : top.Concat(Data<float>(expected, $"{name}.reference.logits").Select((value, id) => Difference(logits[id], value)));
    }

    // A NaN must not pass as a small difference.
    private static double Difference(double actual, double expected)
    {
        var distance = Math.Abs(actual - expected);
        return double.IsNaN(distance) ? double.PositiveInfinity : distance;
    }

    private static Measurement Perplexity(Workbench bench, SafeTensorsFile expected, JsonElement description)
    {
        var (chunks, length) = (description.GetProperty("chunks").GetInt32(), description.GetProperty("chunk_tokens").GetInt32());
        var reference = description.GetProperty("all").GetProperty("reference").GetDouble();
        var ids = Data<int>(expected, "perplexity.token_ids");
        using var reader = new PromptLogits(bench.Model.Loaded.Model, length, bench.ThreadCounts[^1]);
        var (sum, count) = (0.0, 0);
        for (var chunk = 0; chunk < chunks; chunk++)
        {
            var text = ids.AsSpan(chunk * length, length).ToArray();
            reader.Read(text, (position, logits) =>
            {
                if (position + 1 < text.Length)
                {
                    sum -= LogProbability(logits, text[position + 1]);
                    count++;
                }
            });
        }

        var perplexity = Scalar.ExpDouble(sum / count);
        return Measurement.AtMost(
            "float32 perplexity, relative difference", Difference(perplexity, reference) / reference, "", GoalPerplexity, $"perplexity {perplexity:F4} over {count} tokens");
    }

    private static double LogProbability(ReadOnlySpan<float> logits, int id)
    {
        var (largest, sum) = (double.NegativeInfinity, 0.0);
        foreach (var logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        foreach (var logit in logits)
        {
            sum += Scalar.ExpDouble(logit - largest);
        }

        return logits[id] - largest - Scalar.LogDouble(sum);
    }

    private static T[] Data<T>(SafeTensorsFile file, string name)
        where T : unmanaged => (file.Find(name) ?? throw new InvalidModelException($"{file.Path} has no tensor {name}")).Data.AsSpan<T>().ToArray();

    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetInt32())];
}
