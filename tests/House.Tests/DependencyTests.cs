using System.Text.RegularExpressions;

namespace House.Tests;

/// <summary>Projects depend in one direction only.</summary>
public partial class DependencyTests
{
    // A project may reference those it names here, and what those may reference.
    private static readonly Dictionary<string, string[]> _allowed = new()
    {
        ["Cli"] = ["Server", "Training", "Quantization", "Evaluation", "Planning", "Distributed", "Insight"],
        ["Server"] = ["Engine", "Insight"],
        ["Insight"] = ["Engine"],
        ["Evaluation"] = ["Engine"],
        ["Training"] = ["Engine"],
        ["Distributed"] = ["Engine"],
        ["Engine"] = ["Models", "Tokenizers", "Formats"],
        ["Quantization"] = ["Models", "Formats"],
        ["Planning"] = ["Models"],
        ["Models"] = ["Tensors"],
        ["Formats"] = ["Tensors"],
        ["Tensors"] = ["Kernels"],
        ["Tokenizers"] = ["Kernels"],
        ["Kernels"] = [],
        ["Generators"] = [],
    };

    [GeneratedRegex(@"\bSequitur\.Kernels\b(?!\.Text\b)")]
    private static partial Regex KernelsButText { get; }

    [Fact]
    public void Projects_InSource_FollowTheOneDirection() =>
        Tree.Projects("src").SelectMany(project => project.References.Where(reference => !MayReference(project.Name, reference))
                .Select(reference => $"{project.Path}: references {reference}"))
            .ShouldHold("A project in src references only projects below it.");

    [Fact]
    public void Projects_InSource_AreKnown() =>
        Tree.Projects("src").Where(project => !_allowed.ContainsKey(ShortName(project.Name))).Select(project => project.Path)
            .ShouldHold("A new project gets its place in the table of dependencies (here, and in docs/architecture.md).");

    [Fact]
    public void Projects_AllOfThem_AreInTheSolution()
    {
        var solution = Tree.Files.Single(file => file.Path == "Sequitur.slnx").Text;

        Tree.Projects("src", "tests", "bench").Select(project => project.Path).Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal))
            .ShouldHold("A project that is not in Sequitur.slnx is neither built nor tested.");
    }

    [Fact]
    public void Kernels_Packages_AreIcedAlone() =>
        Tree.Projects("src").Single(project => project.Name == "Sequitur.Kernels").Packages.Where(package => package != "Iced")
            .ShouldHold("Kernels depends on the base library and Iced.");

    [Fact]
    public void Tokenizers_OfKernels_UseTextOnly() =>
        Tree.CSharp("src/Sequitur.Tokenizers").SelectMany(file => file.Find(KernelsButText))
            .ShouldHold("Of Kernels, Tokenizers use the vector code for text only.");

    [Theory]
    [InlineData("Sequitur.Cli", "Sequitur.Engine", true)]
    [InlineData("Sequitur.Engine", "Sequitur.Kernels", true)]
    [InlineData("Sequitur.Engine", "Sequitur.Cli", false)]
    [InlineData("Sequitur.Models", "Sequitur.Formats", false)]
    [InlineData("Sequitur.Kernels", "Sequitur.Kernels", false)]
    [InlineData("Sequitur.Cli", "Sequitur.Cli.Tests", false)]
    public void Table_Always_IsClosedDownwards(string from, string to, bool allowed) => MayReference(from, to).ShouldBe(allowed);

    private static bool MayReference(string from, string to) =>
        _allowed.TryGetValue(ShortName(from), out var below) && below.Any(project => project == ShortName(to) || MayReference(project, to));

    private static string ShortName(string project) => project.StartsWith("Sequitur.", StringComparison.Ordinal) ? project["Sequitur.".Length..] : project;
}
