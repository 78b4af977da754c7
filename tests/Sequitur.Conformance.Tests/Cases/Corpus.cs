namespace Sequitur.Conformance.Tests.Cases;

/// <summary>The folder of reference data: the repository's, or the one that the environment variable names. What is in it is found, never listed.</summary>
internal static class Corpus
{
    /// <summary>The environment variable that names another folder of the same layout.</summary>
    public const string Variable = "SEQUITUR_CONFORMANCE";

    /// <summary>The areas whose models are run, and where their cases lie.</summary>
    public static IReadOnlyList<string> ModelAreas { get; } = ["models/decoders", "models/encoders", "models/encoder-decoders"];

    /// <summary>The area of tiny models in GGUF files.</summary>
    public const string GgufModelArea = "gguf/models";

    /// <summary>The area of ggml's tensor types.</summary>
    public const string FormatArea = "quantization/ggml";

    /// <summary>The area of texts by a real model.</summary>
    public const string GenerationArea = "generation";

    /// <summary>The area of what a look inside shows.</summary>
    public const string InsightArea = "interpretability";

    /// <summary>The repository.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The folder of reference data.</summary>
    public static string Root { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder
        ? Path.GetFullPath(folder)
        : Path.Combine(Repository, "tests", "conformance");

    /// <summary>All cases of tiny models: folders of <see cref="ModelAreas"/> that have a configuration and expected outputs.</summary>
    public static IReadOnlyList<ModelCase> Models { get; } =
        [.. ModelAreas.SelectMany(Folders).Where(f => Has(f, "config.json") && Has(f, ModelCase.ExpectedName)).Select(f => new ModelCase(f))];

    /// <summary>All cases of tiny GGUF models: folders of <see cref="GgufModelArea"/> that have a model, a description and expected outputs.</summary>
    public static IReadOnlyList<GgufCase> GgufModels { get; } =
        [.. Folders(GgufModelArea).Where(f => Has(f, GgufCase.ModelName) && Has(f, "case.json") && Has(f, ModelCase.ExpectedName)).Select(f => new GgufCase(f))];

    /// <summary>All cases of texts by a real model: folders of <see cref="GenerationArea"/> with a description and expected outputs.</summary>
    public static IReadOnlyList<string> Generations { get; } =
        [.. Folders(GenerationArea).Where(f => Has(f, "case.json") && Has(f, ModelCase.ExpectedName))];

    /// <summary>All cases of looks inside: folders of <see cref="InsightArea"/> with a description and expected outputs.</summary>
    public static IReadOnlyList<string> Insights { get; } =
        [.. Folders(InsightArea).Where(f => Has(f, "case.json") && Has(f, ModelCase.ExpectedName))];

    /// <summary>Folders of an area, by their path below <see cref="Root"/>, in order.</summary>
    public static IEnumerable<string> Folders(string area)
    {
        var folder = Path.Combine(Root, area);
        return Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder).Select(f => $"{area}/{Path.GetFileName(f)}").Order(StringComparer.Ordinal)
            : [];
    }

    /// <summary>Where a path below <see cref="Root"/> is.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static bool Has(string folder, string file) => File.Exists(PathOf(folder, file));

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Sequitur.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} has Sequitur.slnx");
    }
}
