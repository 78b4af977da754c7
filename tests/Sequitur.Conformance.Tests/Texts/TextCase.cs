using System.Text.Json;
using Sequitur.Conformance.Tests.Cases;

namespace Sequitur.Conformance.Tests.Texts;

/// <summary>Texts that a real model writes: prompts, what the exact reference computes for them, and the perplexity of a longer text.</summary>
/// <param name="Id">The folder below the corpus: <c>generation/smollm2</c>.</param>
internal sealed record TextCase(string Id)
{
    private readonly JsonElement _description = Read(Corpus.PathOf(Id, "case.json"));

    /// <summary>The prompts, by their ids.</summary>
    public IEnumerable<Prompt> Prompts => _description.GetProperty("cases").EnumerateArray().Select(c => new Prompt(c));

    /// <summary>The perplexity over every predicted token.</summary>
    public double Perplexity => _description.GetProperty("perplexity").GetProperty("all").GetProperty("reference").GetDouble();

    /// <summary>
    /// The model's file, among the repository's models: <c>SmolLM2-135M-Instruct Q4_1 GGUF</c> is <c>models/SmolLM2-135M-Instruct/SmolLM2-135M-Instruct.Q4_1.gguf</c>.
    /// </summary>
    public string ModelPath
    {
        get
        {
            var words = _description.GetProperty("model").GetString()!.Split(' ');
            return Path.Combine(Corpus.Repository, "models", words[0], $"{words[0]}.{words[1]}.{words[2].ToLowerInvariant()}");
        }
    }

    /// <summary>The recorded logits.</summary>
    public ExpectedTensors Open() => new(Corpus.PathOf(Id, ModelCase.ExpectedName));

    private static JsonElement Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }
}

/// <summary>A prompt, and how the exact reference goes on.</summary>
internal sealed record Prompt(JsonElement Description)
{
    /// <summary>The prompt's name: tensors begin with it.</summary>
    public string Name => Description.GetProperty("id").GetString()!;

    /// <summary>The prompt's tokens.</summary>
    public int[] Ids => Integers(Description.GetProperty("token_ids"));

    /// <summary>The reference's greedy continuation.</summary>
    public int[] Continuation => Integers(Greedy.GetProperty("reference_ids"));

    /// <summary>So many tokens of it must be the same in float32; then the best two logits come too close.</summary>
    public int MustMatch => Greedy.GetProperty("must_match_up_to_float32").GetInt32();

    /// <summary>Whether the best two logits at the prompt's end are so close that rounding may exchange them.</summary>
    public bool IsUncertain => Integers(Greedy.GetProperty("uncertain_steps")).Contains(0);

    /// <summary>ln Σ exp of all logits at the prompt's end.</summary>
    public double LogSumExp => Description.GetProperty("reference_logits").GetProperty("logsumexp").GetDouble();

    private JsonElement Greedy => Description.GetProperty("greedy");

    private static int[] Integers(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetInt32())];
}
