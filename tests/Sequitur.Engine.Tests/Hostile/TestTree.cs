namespace Sequitur.Engine.Tests.Hostile;

/// <summary>Folders of the repository's reference data, and folders for what tests write.</summary>
internal static class TestTree
{
    /// <summary>The reference data.</summary>
    public static string Conformance { get; } = Path.Combine(Root(), "tests", "conformance");

    /// <summary>A new folder with the files of another, but for those that match.</summary>
    public static string Copy(string folder, params string[] without)
    {
        var copy = Directory.CreateTempSubdirectory("sequitur-").FullName;
        foreach (var file in Directory.GetFiles(folder).Where(f => !without.Contains(Path.GetFileName(f))))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    private static string Root()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Sequitur.slnx")))
        {
            at = at.Parent;
        }

        return at?.FullName ?? throw new DirectoryNotFoundException("no Sequitur.slnx above the tests");
    }
}
