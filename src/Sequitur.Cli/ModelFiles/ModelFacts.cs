using Sequitur.Engine.Loading;
using Sequitur.Formats;
using Sequitur.Formats.Gguf;
using Sequitur.Formats.HuggingFace;
using Sequitur.Formats.SafeTensors;
using Sequitur.Tensors.Weights;

namespace Sequitur.Cli.ModelFiles;

/// <summary>A file of a model.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record ModelFile(string Path, long Bytes)
{
    /// <summary>A file, with the length of what a link leads to.</summary>
    public static ModelFile Of(string path)
    {
        var file = new FileInfo(path);
        return new(path, ((FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file).Length);
    }
}

/// <summary>A tensor of a model's files.</summary>
/// <param name="Name">The file's own name.</param>
/// <param name="Format">How its numbers are stored.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Parameters">How many numbers it has.</param>
/// <param name="Bytes">How many bytes.</param>
internal sealed record TensorFacts(string Name, string Format, IReadOnlyList<long> Shape, long Parameters, long Bytes);

/// <summary>What a model's files say without any weight being read: metadata and the directory of tensors.</summary>
internal sealed record ModelFacts
{
    /// <summary>The path as it was given.</summary>
    public required string Path { get; init; }

    /// <summary>The model's name, or its file's.</summary>
    public required string Name { get; init; }

    /// <summary>The architecture as the files name it; null where they do not.</summary>
    public string? Architecture { get; init; }

    /// <summary>The kind of the files and its version: <c>GGUF 3</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The files that hold weights, and what describes them.</summary>
    public required IReadOnlyList<ModelFile> Files { get; init; }

    /// <summary>Keys and values, in the order of the file.</summary>
    public required IReadOnlyList<MetadataEntry> Metadata { get; init; }

    /// <summary>All tensors, in the order of the files.</summary>
    public required IReadOnlyList<TensorFacts> Tensors { get; init; }

    /// <summary>Numbers of all tensors.</summary>
    public long Parameters => Tensors.Sum(tensor => tensor.Parameters);

    /// <summary>Bytes of all tensors.</summary>
    public long TensorBytes => Tensors.Sum(tensor => tensor.Bytes);

    /// <summary>Reads them.</summary>
    /// <exception cref="SequiturException">There is no model, or its files are damaged.</exception>
    /// <exception cref="UnsupportedModelException">A file is of a version that cannot be read.</exception>
    public static ModelFacts Read(string path)
    {
        var location = ModelLocator.Locate(path);
        return location.Kind == ModelKind.Gguf ? ReadGguf(path, location.Path) : ReadSafeTensors(path, location);
    }

    private static ModelFacts ReadGguf(string given, string path)
    {
        using var source = GgufWeightSource.Open(path);
        var (file, metadata) = (source.File, source.File.Metadata);
        return new()
        {
            Path = given,
            Name = ModelManifest.Find(given).Name ?? Text(metadata, "general.name") ?? System.IO.Path.GetFileNameWithoutExtension(path),
            Architecture = Text(metadata, "general.architecture"),
            Format = $"GGUF {file.Version}{(file.IsBigEndian ? ", big-endian" : "")}",
            Files = [.. source.Files.Select(part => new ModelFile(part.Path, part.Bytes))],
            Metadata = [.. metadata.Select(pair => MetadataEntry.Of(pair.Key, pair.Value))],
            Tensors = [.. source.Files.SelectMany(part => part.Tensors).Select(Facts)],
        };
    }

    private static string? Text(GgufMetadata metadata, string key) =>
        metadata.TryGetValue(key, out var value) && value.TryGetString(out var text) && text.Length > 0 ? text : null;

    private static ModelFacts ReadSafeTensors(string given, ModelLocation location)
    {
        using var source = SafeTensorsWeightSource.Open(location.Path);
        var config = location.Kind == ModelKind.HuggingFace ? HuggingFaceConfig.Load(location.Path) : null;
        var folder = System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(location.Path)));
        return new()
        {
            Path = given,
            Name = config is null ? folder : ModelManifest.Find(location.Path).Name ?? folder,
            Architecture = config is null ? null : config.Architectures.FirstOrDefault() ?? config.ModelType,
            Format = config is null ? "safetensors" : "Hugging Face, safetensors",
            Files = [.. source.Files.Select(part => ModelFile.Of(part.Path))],
            Metadata = config is null ? [] : [.. config.Keys.Select(key => MetadataEntry.Of(key, config[key]))],
            Tensors = [.. source.Names.Select(name => Facts(source.Find(name)!))],
        };
    }

    private static TensorFacts Facts(StoredTensor tensor) => new(tensor.Name, tensor.Format, tensor.Shape, tensor.ElementCount, tensor.Planes.Sum(plane => plane.Data.Bytes));
}
