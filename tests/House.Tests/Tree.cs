using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace House.Tests;

/// <summary>A file of the tree: its path from the root (with slashes), its text, and for C# the code alone.</summary>
internal sealed class SourceFile(string path, string text)
{
    private string? _code;

    public string Path { get; } = path;

    public string Text { get; } = text;

    public string Code => _code ??= Lexer.CodeOf(Text);

    public bool IsUnder(params string[] folders) => folders.Any(folder => Path.StartsWith(folder + "/", StringComparison.Ordinal));

    /// <summary>Every place in the code where the pattern matches, as <c>path:line: what</c>.</summary>
    public IEnumerable<string> Find(Regex pattern) => Find(pattern, Code);

    public IEnumerable<string> FindInText(Regex pattern) => Find(pattern, Text);

    private IEnumerable<string> Find(Regex pattern, string text) =>
        pattern.Matches(text).Select(match => $"{Path}:{text.AsSpan(0, match.Index).Count('\n') + 1}: {match.Value.Trim()}");
}

/// <summary>A project file.</summary>
internal sealed record Project(string Name, string Path, XDocument Document)
{
    /// <summary>Names of the projects it references, generators left out: the compiler runs those, nothing depends on them.</summary>
    public IReadOnlyList<string> References =>
    [
        .. Document.Descendants("ProjectReference")
            .Where(reference => reference.Attribute("OutputItemType")?.Value != "Analyzer")
            .Select(reference => System.IO.Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))),
    ];

    public IReadOnlyList<string> Packages => [.. Document.Descendants("PackageReference").Select(package => package.Attribute("Include")!.Value)];
}

/// <summary>The source tree that these tests were built from.</summary>
internal static class Tree
{
    private const long LargestText = 4 << 20;

    private static readonly string[] _notSource = [".git", "bin", "obj", "artifacts", "TestResults", "node_modules", ".vs"];
    private static readonly Lazy<IReadOnlyList<SourceFile>> _files = new(Read);

    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every text file, what a build leaves behind excepted.</summary>
    public static IReadOnlyList<SourceFile> Files => _files.Value;

    /// <summary>C# files under some folders; all if none is named.</summary>
    public static IReadOnlyList<SourceFile> CSharp(params string[] folders) =>
        [.. Files.Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal) && (folders.Length == 0 || file.IsUnder(folders)))];

    public static IReadOnlyList<Project> Projects(params string[] folders) =>
    [
        .. Files.Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal) && file.IsUnder(folders))
            .Select(file => new Project(Path.GetFileNameWithoutExtension(file.Path), file.Path, XDocument.Parse(file.Text))),
    ];

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Sequitur.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Sequitur.slnx above {AppContext.BaseDirectory}.");
    }

    private static List<SourceFile> Read()
    {
        var files = new List<SourceFile>();
        Walk(new(Root), files);
        return files;
    }

    private static void Walk(DirectoryInfo folder, List<SourceFile> files)
    {
        foreach (var file in folder.EnumerateFiles().Where(file => file.Name != ".git" && file.Length <= LargestText).OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            var text = File.ReadAllText(file.FullName);
            if (!text.Contains('\0', StringComparison.Ordinal))
            {
                files.Add(new(Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'), text));
            }
        }

        foreach (var inner in folder.EnumerateDirectories().Where(inner => !_notSource.Contains(inner.Name) && inner.LinkTarget is null))
        {
            Walk(inner, files);
        }
    }
}
