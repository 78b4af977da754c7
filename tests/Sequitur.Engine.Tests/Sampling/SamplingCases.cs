using System.Globalization;
using System.Text.Json;
using Sequitur.Engine.Sampling;
using Sequitur.Formats.SafeTensors;

namespace Sequitur.Engine.Tests.Sampling;

/// <summary>The sampling cases of the reference data: the repository's, or those of the folder that SEQUITUR_CONFORMANCE names.</summary>
internal static class SamplingCases
{
    private static readonly string Folder = Path.Combine(
        Environment.GetEnvironmentVariable("SEQUITUR_CONFORMANCE") is { Length: > 0 } given ? given : Path.Combine(Root(), "tests", "conformance"), "generation", "sampling");

    private static readonly Lazy<Dictionary<string, float[]>> Rows = new(() =>
    {
        using var file = SafeTensorsFile.Open(Path.Combine(Folder, "logits.safetensors"));
        return file.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Data.AsSpan<float>().ToArray());
    });

    /// <summary>A file of the folder.</summary>
    public static JsonElement Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file)));
        return document.RootElement.Clone();
    }

    /// <summary>Candidates with a row of logits.</summary>
    public static Candidates Fill(string row)
    {
        var logits = Rows.Value[row];
        var candidates = new Candidates(logits.Length);
        candidates.Fill(logits);
        return candidates;
    }

    /// <summary>The chain of a case, through the text that users write.</summary>
    public static SamplerChain Chain(JsonElement steps) => SamplerChain.Parse(string.Join(';', steps.EnumerateArray().Select(Text)));

    /// <summary>The repository's folder.</summary>
    public static string Root()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Sequitur.slnx")))
        {
            at = at.Parent;
        }

        return at?.FullName ?? throw new DirectoryNotFoundException("no Sequitur.slnx above the tests");
    }

    // The cases' names of parameters are those of the text, but for a few; what the cases leave out has their defaults.
    private static string Text(JsonElement step)
    {
        string Number(string name, double standard) =>
            (step.TryGetProperty(name, out var value) ? value.GetDouble() : standard).ToString("R", CultureInfo.InvariantCulture);
        string Share() => Math.Min(step.GetProperty("p").GetDouble(), 1).ToString("R", CultureInfo.InvariantCulture);
        string Keep() => step.TryGetProperty("min_keep", out var least) ? $",min_keep={Math.Max(least.GetInt32(), 1)}" : "";
        return step.GetProperty("sampler").GetString() switch
        {
            "temperature" => $"temperature={Math.Max(step.GetProperty("t").GetDouble(), 0).ToString("R", CultureInfo.InvariantCulture)}",
            "top_k" => $"top_k={Math.Max(step.GetProperty("k").GetInt32(), 0)}",
            "top_p" => $"top_p(p={Share()}{Keep()})",
            "min_p" => $"min_p(p={Number("p", 0)}{Keep()})",
            "typical_p" => $"typical_p(p={Share()}{Keep()})",
            "tail_free" => $"tail_free(z={Number("z", 1)}{Keep()})",
            "top_n_sigma" => $"top_n_sigma={Number("n", 0)}",
            "xtc" => $"xtc(threshold={Number("threshold", 0.1)},probability={Number("probability", 0)}{Keep()})",
            "penalties" => $"penalties(repeat={Number("repeat", 1)},frequency={Number("frequency", 0)},presence={Number("presence", 0)},last_n={Number("last_n", -1)})",
            "logit_bias" => $"logit_bias=[{string.Join(',', step.GetProperty("bias").EnumerateObject().Select(bias => $"\"{bias.Name}={bias.Value}\""))}]",
            "dynamic_temperature" => $"dynamic_temperature(t={Number("temperature", 1)},range={Number("delta", 0)},exponent={Number("exponent", 1)})",
            "epsilon_cutoff" => $"epsilon_cutoff={Number("epsilon", 0)}",
            "eta_cutoff" => $"eta_cutoff={Number("epsilon", 0)}",
            "no_repeat_ngram" => $"no_repeat_ngram={Number("n", 0)}",
            "bad_words" => $"bad_words(ids=[{string.Join(',', step.GetProperty("sequences").EnumerateArray().Select(ids => $"\"{string.Join(' ', ids.EnumerateArray())}\""))}])",
            "dry" => $"dry(multiplier={Number("multiplier", 0)},base={Number("base", 1.75)},allowed_length={Number("allowed_length", 2)},last_n={Number("last_n", -1)},breaker_ids=[{Breakers(step)}])",
            var unknown => throw new NotSupportedException($"a case with the sampler {unknown}"),
        };
    }

    private static string Breakers(JsonElement step) =>
        step.TryGetProperty("breakers", out var ids) ? string.Join(',', ids.EnumerateArray().Select(id => $"\"{id}\"")) : "";
}
