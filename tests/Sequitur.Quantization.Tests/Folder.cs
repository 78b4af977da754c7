namespace Sequitur.Quantization.Tests;

/// <summary>A folder that is gone when the test ends.</summary>
internal sealed class Folder : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sequitur-quantization-");

    public string this[string name] => Path.Combine(_directory.FullName, name);

    public IEnumerable<string> Files => Directory.GetFiles(_directory.FullName).Select(path => Path.GetFileName(path));

    public void Dispose() => _directory.Delete(recursive: true);
}

/// <summary>The reference data: that of the repository, or of the folder that SEQUITUR_CONFORMANCE names.</summary>
internal static class Reference
{
    public static string Root { get; } = Environment.GetEnvironmentVariable("SEQUITUR_CONFORMANCE") is { Length: > 0 } given ? given : Path.Combine(Repository(), "tests", "conformance");

    private static string Repository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Sequitur.slnx")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new DirectoryNotFoundException("the tests run outside the repository");
    }
}
