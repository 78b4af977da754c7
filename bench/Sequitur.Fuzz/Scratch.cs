namespace Sequitur.Fuzz;

/// <summary>A directory for inputs that must be files; it is gone when it is disposed.</summary>
public sealed class Scratch : IDisposable
{
    /// <summary>The directory.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("sequitur-fuzz-").FullName;

    /// <summary>Where a file of that name is, or would be.</summary>
    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Writes a file, over the one of that name.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        var path = PathOf(name);
        // overwritten without being cut first, which some file systems answer by writing to the disk at once
        using var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write);
        RandomAccess.Write(file, bytes, 0);
        if (RandomAccess.GetLength(file) != bytes.Length)
        {
            RandomAccess.SetLength(file, bytes.Length);
        }

        return path;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
