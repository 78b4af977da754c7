using Sequitur.Formats.HuggingFace;
using Sequitur.Tensors.Weights;

namespace Sequitur.Conformance.Tests.Cases;

/// <summary>A tiny model with everything that the reference computed with it.</summary>
/// <param name="Id">Its folder below the corpus: <c>models/decoders/gpt2</c>.</param>
internal sealed record ModelCase(string Id)
{
    /// <summary>The file of inputs and outputs.</summary>
    public const string ExpectedName = "expected.safetensors";

    private readonly Lazy<ModelConfig> _description = new(() => HuggingFaceConfig.Load(Path.Combine(Corpus.PathOf(Id), "case.json")));

    /// <summary>The case's own name.</summary>
    public string Name => Id[(Id.LastIndexOf('/') + 1)..];

    /// <summary>The folder.</summary>
    public string Folder => Corpus.PathOf(Id);

    /// <summary>The model's configuration.</summary>
    public ModelConfig Config => HuggingFaceConfig.Load(Folder);

    /// <summary>The family, as the configuration calls it.</summary>
    public string Family => Config.ModelType ?? Config.Architectures.FirstOrDefault() ?? Name;

    /// <summary>What the case says about itself: tolerances, kinds, notes. (Written by Python, with its spelling of infinity.)</summary>
    public ModelConfig Description => _description.Value;

    /// <summary>The inputs and outputs.</summary>
    public ExpectedTensors Open() => new(Path.Combine(Folder, ExpectedName));

    /// <inheritdoc/>
    public override string ToString() => Id;
}
