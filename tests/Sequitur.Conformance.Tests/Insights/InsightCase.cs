using System.Text.Json;
using Sequitur.Conformance.Tests.Cases;

namespace Sequitur.Conformance.Tests.Insights;

/// <summary>What a look inside a model shows of a prompt, as the reference computed it.</summary>
/// <param name="Id">The folder below the corpus: <c>interpretability/gpt2</c>.</param>
internal sealed record InsightCase(string Id)
{
    /// <summary>The file of named inner values.</summary>
    public const string TraceName = "trace.safetensors";

    /// <summary>What <c>case.json</c> says.</summary>
    public JsonElement Description { get; } = Read(Corpus.PathOf(Id, "case.json"));

    /// <summary>
    /// The model: a folder relative to the case's own, or one of the repository's: <c>…/SmolLM2-135M-Instruct (Q4_1 GGUF), …</c> is
    /// <c>models/SmolLM2-135M-Instruct/SmolLM2-135M-Instruct.Q4_1.gguf</c>.
    /// </summary>
    public string ModelPath
    {
        get
        {
            var model = Description.GetProperty("model").GetString()!;
            if (model.StartsWith('.'))
            {
                return Path.GetFullPath(Corpus.PathOf(Id, model));
            }

            var words = model.Split(' ');
            var (name, format) = (Path.GetFileName(words[0]), words[1].TrimStart('('));
            return Path.Combine(Corpus.Repository, "models", name, $"{name}.{format}.gguf");
        }
    }

    /// <summary>Whether the model is there.</summary>
    public bool HasModel => File.Exists(ModelPath) || Directory.Exists(ModelPath);

    /// <summary>The inputs and outputs.</summary>
    public ExpectedTensors Open() => new(Corpus.PathOf(Id, ModelCase.ExpectedName));

    /// <summary>The named inner values; null where the case has none.</summary>
    public ExpectedTensors? OpenTrace() => File.Exists(Corpus.PathOf(Id, TraceName)) ? new(Corpus.PathOf(Id, TraceName)) : null;

    /// <summary>How far a tensor may be from the reference.</summary>
    public Tolerance ToleranceOf(string tensor) => Find("tolerance", tensor) ?? Find("trace_tolerance", tensor) ?? throw new InvalidDataException($"{Id} gives no tolerance for {tensor}");

    /// <summary>How far an inner value may be from the reference.</summary>
    public Tolerance TraceToleranceOf(string name) => Find("trace_tolerance", name) ?? throw new InvalidDataException($"{Id} gives no tolerance for the value {name}");

    private Tolerance? Find(string group, string name) => Description.TryGetProperty(group, out var all) && all.TryGetProperty(name, out var one)
        ? new(one.GetProperty("rel").GetDouble(), one.GetProperty("floor").GetDouble(), null, Enum.Parse<ToleranceGroup>(one.GetProperty("over").GetString()!, ignoreCase: true))
        : null;

    private static JsonElement Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }
}
