using System.CommandLine;
using System.Text.RegularExpressions;
using Sequitur.Cli.Output;

namespace Sequitur.Cli.Tests;

/// <summary>Every command has a page, whose table names its options and no others.</summary>
public sealed partial class CommandPages
{
    private static string Folder => Path.Combine(Repository.Root, "docs", "commands");

    /// <summary>All commands.</summary>
    internal static RootCommand Root { get; } = CommandLine.CreateRoot(new CommandIo(new ResultStream(Stream.Null), TextWriter.Null, new TerminalFacts(), Stream.Null));

    public static TheoryData<string> Verbs => [.. Root.Subcommands.Select(command => command.Name)];

    // The first cell of a table's row.
    [GeneratedRegex(@"^\|(?<cell>[^|\n]*)\|(?<rest>.*)$", RegexOptions.Multiline)]
    private static partial Regex Row { get; }

    [GeneratedRegex("`(?<name>--?[a-zA-Z][a-zA-Z0-9-]*)")]
    private static partial Regex OptionName { get; }

    [GeneratedRegex(@"\]\((?<path>[^)#:\s]+\.md)")]
    private static partial Regex Link { get; }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Page_OfACommand_NamesItsOptions(string verb)
    {
        var path = Path.Combine(Folder, $"{verb}.md");
        File.Exists(path).ShouldBeTrue($"{verb} has no page docs/commands/{verb}.md");
        var rows = Rows(path);
        // Options that many commands share may stand on a page that the table leads to.
        var shared = rows.SelectMany(row => Link.Matches(row.Groups["rest"].Value)).Select(link => Path.Combine(Folder, link.Groups["path"].Value)).Distinct().SelectMany(Rows);
        var named = rows.SelectMany(Names).Concat(shared.SelectMany(row => NamesIn(row.Value))).ToHashSet(StringComparer.Ordinal);

        Command(verb).Options.Select(option => option.Name).Where(name => !named.Contains(name)).ShouldBeEmpty($"docs/commands/{verb}.md does not name them");
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Page_OfACommand_NamesNoOptionThatItHasNot(string verb)
    {
        var known = HelpPage.Options(Root, Command(verb)).SelectMany(option => option.Aliases.Append(option.Name)).ToHashSet(StringComparer.Ordinal);

        Rows(Path.Combine(Folder, $"{verb}.md")).SelectMany(Names).Where(name => !known.Contains(name)).ShouldBeEmpty();
    }

    [Fact]
    public void Index_OfCommands_LeadsToAll()
    {
        var index = File.ReadAllText(Path.Combine(Folder, "README.md"));

        Root.Subcommands.Select(command => command.Name).Where(name => !index.Contains($"[`{name}`]({name}.md)", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static Command Command(string verb) => Root.Subcommands.Single(command => command.Name == verb);

    private static List<Match> Rows(string path) => Row.Matches(File.ReadAllText(path).ReplaceLineEndings("\n")).ToList();

    private static IEnumerable<string> Names(Match row) => NamesIn(row.Groups["cell"].Value);

    private static IEnumerable<string> NamesIn(string text) => OptionName.Matches(text).Select(name => name.Groups["name"].Value);
}
