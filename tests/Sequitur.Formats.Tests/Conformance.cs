using System.Text.Json;

namespace Sequitur.Formats.Tests;

/// <summary>
/// The reference files: those of the repository, and those of the folder that SEQUITUR_CONFORMANCE names or that lies beside the repository, where there is one.
/// </summary>
internal static class Conformance
{
    /// <summary>What a reader may allocate for a small file.</summary>
    public const long AllocationLimit = 4 << 20;

    /// <summary>The root of the repository.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The repository's folder of container files, for tests that name one.</summary>
    public static string Own { get; } = Path.Combine(Repository, "tests", "conformance", "gguf");

    /// <summary>The folders whose files are discovered, by a name for each.</summary>
    public static IReadOnlyDictionary<string, string> Folders { get; } = FindFolders();

    /// <summary>The cases of a list such as <c>gguf_valid.json</c>.</summary>
    public static IEnumerable<JsonElement> Cases(string list, string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, list)));
        return [.. document.RootElement.EnumerateArray().Select(item => item.Clone())];
    }

    /// <summary>The folders' names and the file names of a list, as data of a theory.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> Files(string list) =>
        Folders.SelectMany(folder => Cases(list, folder.Value).Select(item => new TheoryDataRow<string, string>(folder.Key, item.GetProperty("file").GetString()!)));

    /// <summary>The case of a file.</summary>
    public static JsonElement Case(string list, string file, string folder) => Cases(list, folder).Single(item => item.GetProperty("file").GetString() == file);

    /// <summary>Asserts that opening a file is refused with one line that names it, without allocating what the file claims.</summary>
    public static void ShouldBeRefused(string path, Action open)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var problem = Should.Throw<Exception>(open);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        ShouldBeClear(problem);
        problem.Message.ShouldContain(Path.GetDirectoryName(path)!);
        allocated.ShouldBeLessThan(AllocationLimit);
    }

    /// <summary>Asserts that an exception is one that a user may see.</summary>
    public static void ShouldBeClear(Exception problem)
    {
        if (problem is not (SequiturException or NotSupportedException))
        {
            throw new ShouldAssertException("not an exception that a user may see", problem);
        }

        problem.Message.Any(char.IsControl).ShouldBeFalse(problem.Message);
        problem.Message.Length.ShouldBeLessThan(800);
    }

    private static Dictionary<string, string> FindFolders()
    {
        var others = Environment.GetEnvironmentVariable("SEQUITUR_CONFORMANCE") is { Length: > 0 } given ? given : Path.Combine(Repository, "..", "shared", "conformance");
        var folders = new Dictionary<string, string> { ["repository"] = Own };
        if (Directory.Exists(Path.Combine(others, "gguf")))
        {
            folders.Add("shared", Path.Combine(others, "gguf"));
        }

        return folders;
    }

    private static string FindRepository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Sequitur.slnx")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new DirectoryNotFoundException("the tests run outside the repository");
    }
}
