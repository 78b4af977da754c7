using Sequitur.Formats.Gguf;
using Sequitur.Formats.HuggingFace;
using Sequitur.Kernels.Formats;

namespace Sequitur.Conformance.Tests.Cases;

/// <summary>A tiny GGUF model with the logits that the reference computed with its decoded weights.</summary>
/// <param name="Id">Its folder below the corpus: <c>gguf/models/gpt2</c>.</param>
internal sealed record GgufCase(string Id)
{
    /// <summary>The model's file.</summary>
    public const string ModelName = "model.gguf";

    /// <summary>The case's own name.</summary>
    public string Name => Id[(Id.LastIndexOf('/') + 1)..];

    /// <summary>Where the model is.</summary>
    public string ModelPath => Path.Combine(Corpus.PathOf(Id), ModelName);

    /// <summary>How far a logit may be from the reference.</summary>
    public Tolerance LogitTolerance => HuggingFaceConfig.Load(Path.Combine(Corpus.PathOf(Id), "case.json")).TryGetObject("tolerance", out var all)
        ? new(null, all.GetFloat("logits"), null)
        : throw new InvalidDataException($"{Id} gives no tolerance");

    /// <summary>The inputs and outputs.</summary>
    public ExpectedTensors Open() => new(Path.Combine(Corpus.PathOf(Id), ModelCase.ExpectedName));

    /// <summary>Formats of the file's tensors that cannot be computed with (yet).</summary>
    public IReadOnlyList<string> MissingFormats()
    {
        using var source = GgufWeightSource.Open(ModelPath);
        return [.. source.Names.Select(name => source.Find(name)!.Format).Distinct().Where(format => BlockFormats.Find(format) is null).Order(StringComparer.Ordinal)];
    }
}
