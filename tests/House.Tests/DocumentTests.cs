using System.Text.RegularExpressions;

namespace House.Tests;

/// <summary>What documents show of the tree is there.</summary>
public partial class DocumentTests
{
    // A fenced block of code with the path that it was taken from behind its language. A line of its own with … stands for what was left out.
    [GeneratedRegex(@"^```(?:\w+) (?<path>[\w./-]+/[\w.-]+)\r?\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Quotation { get; }

    [GeneratedRegex(@"^\s*(?://\s*)?…\s*$\n?", RegexOptions.Multiline)]
    private static partial Regex LeftOut { get; }

    // A link or a picture, outside of code.
    [GeneratedRegex(@"\]\((?<path>[^)#:\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link { get; }

    private static IEnumerable<SourceFile> Documents => Tree.Files.Where(file => file.Path.EndsWith(".md", StringComparison.Ordinal) && (file.IsUnder("docs") || !file.Path.Contains('/', StringComparison.Ordinal)));

    [Fact]
    public void Quotations_OfCode_AreInTheirFiles()
    {
        var quotations = Documents.SelectMany(document => Quotation.Matches(document.Text).Select(match => (document.Path, Quotation: match))).ToList();

        quotations.ShouldNotBeEmpty();
        quotations.Where(quoted => !Quotes(quoted.Quotation.Groups["path"].Value, quoted.Quotation.Groups["code"].Value))
            .Select(quoted => $"{quoted.Path}: {quoted.Quotation.Groups["path"].Value} does not hold\n{quoted.Quotation.Groups["code"].Value}")
            .ShouldHold("A block of code that names its file is taken from it, line by line.");
    }

    [Fact]
    public void Links_ToFiles_LeadSomewhere() =>
        Documents.SelectMany(document => Link.Matches(document.Text)
                .Select(match => match.Groups["path"].Value)
                .Where(path => !Path.Exists(Path.Combine(Tree.Root, Path.GetDirectoryName(document.Path)!, path)))
                .Select(path => $"{document.Path}: {path}"))
            .ShouldHold("What a document links to is in the tree.");

    [Theory]
    [InlineData("a\nb\n", "a\nb\nc\n", true)]
    [InlineData("a\n…\nc\n", "a\nb\nc\n", true)]
    [InlineData("    // …\nc\n", "a\nb\nc\n", true)]
    [InlineData("a\nc\n", "a\nb\nc\n", false)]
    [InlineData("c\n…\na\n", "a\nb\nc\n", false)]
    [InlineData("b\n", "ab\n", false)]
    public void Quotation_OfLines_IsJudged(string code, string text, bool holds) => Occurs(code, text).ShouldBe(holds);

    private static bool Quotes(string path, string code) => Tree.Files.FirstOrDefault(file => file.Path == path) is { } file && Occurs(code, file.Text);

    // Whether all pieces of the quotation are whole lines of the text, in their order.
    private static bool Occurs(string code, string text)
    {
        var (rest, place) = ("\n" + text.ReplaceLineEndings("\n"), 0);
        foreach (var piece in LeftOut.Split(code.ReplaceLineEndings("\n")).Where(piece => piece.Trim().Length > 0))
        {
            var lines = "\n" + piece.Trim('\n') + "\n";
            var found = rest.IndexOf(lines, place, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            place = found + lines.Length - 1;
        }

        return true;
    }
}
