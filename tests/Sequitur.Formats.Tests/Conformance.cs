using System.Text.Json;

namespace Sequitur.Formats.Tests;

/// <summary>The reference files: those of the repository, or of the folder that SEQUITUR_CONFORMANCE names.</summary>
internal static class Conformance
{
    /// <summary>What a reader may allocate for a small file.</summary>
    public const long AllocationLimit = 4 << 20;

    /// <summary>The root of the repository.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The repository's folder of container files, for tests that name one.</summary>
    public static string Own { get; } = Path.Combine(Repository, "tests", "conformance", "gguf");

    /// <summary>The folder whose files are discovered: the given one, where it has container files.</summary>
    public static string Containers { get; } =
        Environment.GetEnvironmentVariable("SEQUITUR_CONFORMANCE") is { Length: > 0 } given && Directory.Exists(Path.Combine(given, "gguf"))
            ? Path.Combine(given, "gguf")
            : Own;

    /// <summary>The cases of a list such as <c>gguf_valid.json</c>, by file.</summary>
    public static IEnumerable<JsonElement> Cases(string list, string? folder = null)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder ?? Containers, list)));
        return [.. document.RootElement.EnumerateArray().Select(item => item.Clone())];
    }

    /// <summary>The file names of a list, as data of a theory.</summary>
    public static IEnumerable<TheoryDataRow<string>> Files(string list) => Cases(list).Select(item => new TheoryDataRow<string>(item.GetProperty("file").GetString()!));

    /// <summary>The case of a file.</summary>
    public static JsonElement Case(string list, string file, string? folder = null) => Cases(list, folder).Single(item => item.GetProperty("file").GetString() == file);

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
