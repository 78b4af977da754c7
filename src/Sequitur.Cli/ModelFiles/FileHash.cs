using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Sequitur.Cli.Output;

namespace Sequitur.Cli.ModelFiles;

/// <summary>A hash that a file should have.</summary>
/// <param name="Path">The file.</param>
/// <param name="Expected">The hash in lower-case hexadecimal: SHA-256 of the bytes, or, with 40 digits, the one that Git gives a blob.</param>
/// <param name="Source">Who says so.</param>
internal sealed partial record FileHash(string Path, string Expected, string Source)
{
    private const int BufferBytes = 1 << 20;
    private const int GitDigits = 40;

    /// <summary>Whether a text is SHA-256 in hexadecimal.</summary>
    public static bool IsSha256(string text) => Sha256().IsMatch(text);

    /// <summary>The hashes by which the files of a snapshot in Hugging Face's cache are named; none elsewhere.</summary>
    public static IEnumerable<FileHash> OfHubCache(IEnumerable<string> files)
    {
        foreach (var path in files)
        {
            if (new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Directory.Name: "blobs" } blob && BlobName().IsMatch(blob.Name))
            {
                yield return new(path, blob.Name, "the cache's name of the file");
            }
        }
    }

    /// <summary>The hash of the file.</summary>
    /// <param name="progress">Is told how many bytes were read.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public string Compute(ProgressLine progress, CancellationToken cancellation)
    {
        using var file = File.OpenRead(Path);
        var isGit = Expected.Length == GitDigits;
#pragma warning disable CA5350 // Git names its blobs by SHA-1
        using var hash = IncrementalHash.CreateHash(isGit ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
#pragma warning restore CA5350
        if (isGit)
        {
            hash.AppendData(Encoding.ASCII.GetBytes($"blob {file.Length}\0"));
        }

        var buffer = new byte[BufferBytes];
        for (int read; (read = file.Read(buffer)) > 0; progress.Add(read))
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
        }

        return System.Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    [GeneratedRegex("^[0-9a-fA-F]{64}$", RegexOptions.CultureInvariant)]
    private static partial Regex Sha256();

    [GeneratedRegex("^([0-9a-f]{64}|[0-9a-f]{40})$", RegexOptions.CultureInvariant)]
    private static partial Regex BlobName();
}
