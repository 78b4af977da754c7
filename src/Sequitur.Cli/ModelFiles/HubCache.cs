using Sequitur.Cli.Output;
using Sequitur.Formats;
using Sequitur.Formats.HuggingFace;

namespace Sequitur.Cli.ModelFiles;

/// <summary>A place where a model may be.</summary>
/// <param name="Path">A file, or a directory.</param>
/// <param name="Name">What it is called there; null where the model's own name is the only one.</param>
internal sealed record ModelPlace(string Path, string? Name = null);

/// <summary>
/// The cache of downloaded models that Hugging Face's libraries share (<em>Understand caching</em> in the documentation of <c>huggingface_hub</c>): <c>models--ORG--NAME/snapshots/COMMIT/</c> holds
/// links to <c>models--ORG--NAME/blobs/</c>, where a file is named by its hash.
/// </summary>
internal static class HubCache
{
    private const string Prefix = "models--";

    // Quantized files of a repository may lie in a folder each.
    private static readonly EnumerationOptions s_nested = new() { RecurseSubdirectories = true, MaxRecursionDepth = 1, IgnoreInaccessible = true };

    /// <summary>Where it is: <c>$HF_HUB_CACHE</c>, else <c>$HF_HOME/hub</c>, else <c>~/.cache/huggingface/hub</c>.</summary>
    public static string Folder(TerminalFacts terminal)
    {
        if (terminal.Variable("HF_HUB_CACHE") is { Length: > 0 } cache)
        {
            return cache;
        }

        var home = terminal.Variable("HF_HOME") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "huggingface");
        return Path.Combine(home, "hub");
    }

    /// <summary>All models in it: of every snapshot the directory where it has a configuration, and every GGUF file.</summary>
    public static IEnumerable<ModelPlace> Find(string folder)
    {
        foreach (var repository in Directories(folder).Where(path => Path.GetFileName(path).StartsWith(Prefix, StringComparison.Ordinal)))
        {
            var name = Path.GetFileName(repository)[Prefix.Length..].Replace("--", "/", StringComparison.Ordinal);
            foreach (var snapshot in Directories(Path.Combine(repository, "snapshots")))
            {
                var files = GgufFiles(snapshot, s_nested).ToList();
                if (files.Count == 0 || File.Exists(Path.Combine(snapshot, "model.safetensors")))
                {
                    yield return new(snapshot, name);
                }

                foreach (var file in files)
                {
                    yield return new(file, name);
                }
            }
        }
    }

    /// <summary>The models right in a directory: itself, where it has a configuration, its GGUF files, and directories with a configuration.</summary>
    public static IEnumerable<ModelPlace> FindIn(string folder) =>
    [
        .. Directories(folder).Prepend(folder).Where(path => File.Exists(Path.Combine(path, HuggingFaceConfig.FileName))).Select(path => new ModelPlace(path)),
        .. GgufFiles(folder, new() { IgnoreInaccessible = true }).Select(path => new ModelPlace(path)),
    ];

    private static IEnumerable<string> GgufFiles(string folder, EnumerationOptions options) =>
        Directory.EnumerateFiles(folder, "*.gguf", options).Where(file => !ModelLocator.IsLaterPart(file)).Order(StringComparer.Ordinal);

    // A folder that is missing or closed holds nothing.
    private static IEnumerable<string> Directories(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateDirectories(folder, "*", new EnumerationOptions { IgnoreInaccessible = true }).Order(StringComparer.Ordinal)
        : [];
}
