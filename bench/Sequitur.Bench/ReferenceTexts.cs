using System.Text.Json;
using Sequitur.Bench.Figures;
using Sequitur.Formats.SafeTensors;

namespace Sequitur.Bench;

/// <summary>Prompts and a longer text of the reference data (<c>generation/smollm2</c>): what an exact engine computes for them, and how far llama.cpp is from it.</summary>
internal sealed class ReferenceTexts : IDisposable
{
    private readonly SafeTensorsFile _expected;
    private readonly JsonDocument _description;

    private ReferenceTexts(string folder)
    {
        _expected = SafeTensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        _description = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "case.json")));
    }

    /// <summary>The prompts, as <c>case.json</c> describes them.</summary>
    public IEnumerable<JsonElement> Prompts => _description.RootElement.GetProperty("cases").EnumerateArray();

    /// <summary>What is known of the longer text's perplexity.</summary>
    public JsonElement Perplexity => _description.RootElement.GetProperty("perplexity");

    /// <summary>The longer text: chunks that begin anew, each.</summary>
    public IReadOnlyList<int[]> Chunks => [.. Data<int>("perplexity.token_ids").Chunk(Perplexity.GetProperty("chunk_tokens").GetInt32())];

    /// <summary>Measures with the reference data, or says that there are none.</summary>
    public static IEnumerable<Measurement> Measure(Workbench bench, string what, Func<ReferenceTexts, IEnumerable<Measurement>> measure)
    {
        var folder = Path.Combine(bench.Conformance, "generation", "smollm2");
        if (!Directory.Exists(folder))
        {
            yield return Measurement.Skipped(what, "the reference data has no generation/smollm2 (see SEQUITUR_CONFORMANCE)");
            yield break;
        }

        using var texts = new ReferenceTexts(folder);
        foreach (var measurement in measure(texts))
        {
            yield return measurement;
        }
    }

    /// <summary>A prompt's tokens, or another list of integers.</summary>
    public static int[] Integers(JsonElement parent, string name) => [.. parent.GetProperty(name).EnumerateArray().Select(number => number.GetInt32())];

    /// <summary>Whether a tensor was recorded.</summary>
    public bool Has(string name) => _expected.Find(name) is not null;

    /// <summary>The numbers of a recorded tensor.</summary>
    /// <exception cref="InvalidModelException">There is none of that name.</exception>
    public T[] Data<T>(string name)
        where T : unmanaged => (_expected.Find(name) ?? throw new InvalidModelException($"{_expected.Path} has no tensor {name}")).Data.AsSpan<T>().ToArray();

    /// <inheritdoc/>
    public void Dispose()
    {
        _expected.Dispose();
        _description.Dispose();
    }
}
