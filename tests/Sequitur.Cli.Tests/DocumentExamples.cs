using System.Text.RegularExpressions;

namespace Sequitur.Cli.Tests;

/// <summary>What the documentation says that commands print.</summary>
public sealed partial class DocumentExamples
{
    [GeneratedRegex("""\$ sequitur (?<command>.+)\n(?<answer>(?:(?!\$|```).*\n)+)""")]
    private static partial Regex Example { get; }

    [GeneratedRegex("""
        "(?<word>[^"]*)"|(?<word>\S+)
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Word { get; }

    // Examples that name a model of their own are tested where that model is.
    [Theory]
    [InlineData("README.md", 1)]
    [InlineData("docs/run.md", 1)]
    [InlineData("docs/samplers.md", 2)]
    public void Examples_OfTheDocumentation_PrintWhatItSays(string page, int count)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, page)).ReplaceLineEndings("\n");
        var examples = Example.Matches(text).Where(example => !example.Groups["command"].Value.Contains("--model", StringComparison.Ordinal)).ToList();

        examples.Count.ShouldBe(count);
        foreach (var example in examples)
        {
            var words = Word.Matches(example.Groups["command"].Value).Select(word => word.Groups["word"].Value);
            var result = CliResult.Of([.. words, "--model", Repository.Model]);

            result.Error.ShouldBeEmpty();
            result.Output.ShouldBe(example.Groups["answer"].Value);
        }
    }
}
