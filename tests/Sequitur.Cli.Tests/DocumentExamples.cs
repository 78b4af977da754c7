using System.Text.RegularExpressions;

namespace Sequitur.Cli.Tests;

/// <summary>What the documentation says that commands print.</summary>
public sealed partial class DocumentExamples
{
    // A block of its own language (```text) shows what depends on the machine.
    [GeneratedRegex("""^```(?<language>\w*)\n(?<block>.*?)^```""", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block { get; }

    [GeneratedRegex("""\$ sequitur (?<command>.+)\n(?<answer>(?:(?!\$).*\n)+)""")]
    private static partial Regex Example { get; }

    [GeneratedRegex("""
        "(?<word>[^"]*)"|(?<word>\S+)
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Word { get; }

    public static TheoryData<string> Pages =>
    [
        "README.md", "docs/samplers.md",
        .. Directory.GetFiles(Path.Combine(Repository.Root, "docs", "commands"), "*.md").Select(path => $"docs/commands/{Path.GetFileName(path)}").Order(StringComparer.Ordinal),
    ];

    // Examples that name a model of their own are tested where that model is, and so are conversions, which write files.
    [Theory]
    [MemberData(nameof(Pages))]
    public void Examples_OfTheDocumentation_PrintWhatItSays(string page)
    {
        foreach (var (command, answer) in Examples(page))
        {
            var words = Word.Matches(command).Select(word => word.Groups["word"].Value).ToList();
            var result = CliResult.Of([.. words, .. TakesModel(words[0]) ? new[] { "--model", Repository.Model } : []]);

            result.Error.ShouldBeEmpty();
            result.Output.ShouldBe(answer);
        }
    }

    [Theory]
    [InlineData("README.md", 1)]
    [InlineData("docs/commands/run.md", 2)]
    [InlineData("docs/commands/tokenize.md", 4)]
    [InlineData("docs/samplers.md", 2)]
    public void Examples_OfAPage_AreFound(string page, int count) => Examples(page).Count.ShouldBe(count);

    private static List<(string Command, string Answer)> Examples(string page) =>
    [
        .. Block.Matches(File.ReadAllText(Path.Combine(Repository.Root, page)).ReplaceLineEndings("\n"))
            .Where(block => block.Groups["language"].Length == 0).SelectMany(block => Example.Matches(block.Groups["block"].Value))
            .Select(example => (Command: example.Groups["command"].Value, Answer: example.Groups["answer"].Value))
            .Where(example => !example.Command.Contains("--model", StringComparison.Ordinal) && !example.Command.StartsWith("convert ", StringComparison.Ordinal)),
    ];

    private static bool TakesModel(string verb) => CommandPages.Root.Subcommands.Single(command => command.Name == verb).Options.Any(option => option.Name == "--model");
}
