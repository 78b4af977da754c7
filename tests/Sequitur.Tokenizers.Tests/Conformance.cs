using System.IO.Compression;
using System.Text.Json;

namespace Sequitur.Tokenizers.Tests;

/// <summary>Finds and reads the reference data: the repository's, or what SEQUITUR_CONFORMANCE names.</summary>
internal static class Conformance
{
    public static string Root { get; } = Environment.GetEnvironmentVariable("SEQUITUR_CONFORMANCE") is { Length: > 0 } named
        ? named
        : Path.Combine(RepositoryRoot(), "tests", "conformance");

    public static string RepositoryRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Sequitur.slnx")))
            {
                return at.FullName;
            }
        }

        throw new DirectoryNotFoundException("No Sequitur.slnx above the tests.");
    }

    public static string PathOf(params string[] path) => Path.Combine([Root, .. path]);

    public static IEnumerable<string> Folders(string area) =>
        Directory.Exists(Path.Combine(Root, area))
            ? Directory.EnumerateDirectories(Path.Combine(Root, area)).Order(StringComparer.Ordinal)
            : [];

    public static JsonElement Json(params string[] path) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine([Root, .. path]))).RootElement;

    public static byte[] Unzip(string path)
    {
        using var zipped = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        var bytes = new MemoryStream();
        zipped.CopyTo(bytes);
        return bytes.ToArray();
    }

    public static int[] Ints(this JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetInt32())];
}
