using System.Text.RegularExpressions;

namespace House.Tests;

/// <summary>Laws of the tree as a whole: the build's settings, what files may say, what documents must say.</summary>
public partial class TreeTests
{
    // A path from the root of some machine. Written so that this line does not break its own law.
    [GeneratedRegex(@"(?<![\w.\-~}])/(?:work|tmp|home)/[\w.]|\b[A-Z]:\\Users\\")]
    private static partial Regex MachinePath { get; }

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex LeftForLater { get; }

    [GeneratedRegex(@"\[Command\(\s*""(?<name>[a-z][a-z0-9-]*)""")]
    private static partial Regex CommandAttribute { get; }

    [GeneratedRegex(@"(?<!<)\bCS1591\b|<TreatWarningsAsErrors>\s*false|<Nullable>\s*disable")]
    private static partial Regex WeakenedBuild { get; }

    [Fact]
    public void Projects_AllowUnsafe_InKernelsOnly() =>
        Tree.Files.Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal) || file.Path.EndsWith(".props", StringComparison.Ordinal))
            .Where(file => file.Text.Contains("<AllowUnsafeBlocks>true", StringComparison.OrdinalIgnoreCase))
            .Select(file => file.Path)
            .Where(path => path is not "src/Sequitur.Kernels/Sequitur.Kernels.csproj" and not "tests/Sequitur.Kernels.Tests/Sequitur.Kernels.Tests.csproj")
            .ShouldHold("Unsafe code is compiled in Kernels and its tests only.");

    [Fact]
    public void Build_InEveryProject_KeepsItsRigour()
    {
        var settings = Tree.Files.Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal) || file.Path.EndsWith(".props", StringComparison.Ordinal));

        settings.SelectMany(file => file.FindInText(WeakenedBuild)).ShouldHold("Warnings are errors, references are checked for null, public members are documented: everywhere.");
        Tree.Files.Single(file => file.Path == "Directory.Build.props").Text.ShouldContain("<TreatWarningsAsErrors>true");
        Tree.Files.Single(file => file.Path == "src/Directory.Build.props").Text.ShouldContain("<GenerateDocumentationFile>true");
    }

    [Fact]
    public void Files_NamePaths_OfNoMachine() =>
        Tree.Files.SelectMany(file => file.FindInText(MachinePath)).ShouldHold("No file names a path that exists on one machine only.");

    [Fact]
    public void Files_LeaveNothing_ForLater() =>
        Tree.CSharp().Where(file => file.Path != "tests/House.Tests/TreeTests.cs").SelectMany(file => file.FindInText(LeftForLater))
            .ShouldHold("Work left over is an issue, not a comment.");

    [Fact]
    public void Commands_EachOne_IsDocumented()
    {
        var commands = Tree.CSharp("src/Sequitur.Cli").SelectMany(file => CommandAttribute.Matches(file.Text)).Select(match => match.Groups["name"].Value).Distinct().ToList();
        Assert.SkipWhen(commands.Count == 0, "There are no commands yet.");
        var documents = string.Concat(Tree.Files.Where(file => file.Path.EndsWith(".md", StringComparison.Ordinal) && (file.IsUnder("docs") || file.Path == "README.md")).Select(file => file.Text));

        commands.Where(command => !Regex.IsMatch(documents, $@"sequitur {command}\b|`{command}\b"))
            .ShouldHold("Every command appears in docs/ or README.md.");
    }

    [Theory]
    [InlineData("cd /" + "tmp/x", true)]
    [InlineData("\"/" + "home/me/models\"", true)]
    [InlineData("https://example.com/" + "home/page", false)]
    [InlineData("../" + "work/shared", false)]
    public void Path_OfAMachine_IsSeen(string text, bool seen) => MachinePath.IsMatch(text).ShouldBe(seen);
}
