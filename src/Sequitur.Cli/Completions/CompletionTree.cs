using System.CommandLine;
using Sequitur.Cli.Output;

namespace Sequitur.Cli.Completions;

/// <summary>An option as a shell completes it.</summary>
/// <param name="Names">Its names with their dashes.</param>
/// <param name="Description">One line.</param>
/// <param name="TakesValue">Whether a value follows.</param>
/// <param name="Words">The values, where they are known words.</param>
/// <param name="IsFile">Whether the value is a path.</param>
internal sealed record CompletedOption(IReadOnlyList<string> Names, string Description, bool TakesValue, IReadOnlyList<string> Words, bool IsFile);

/// <summary>A command as a shell completes it.</summary>
/// <param name="Name">The verb; empty for the program itself.</param>
/// <param name="Description">One line.</param>
/// <param name="Options">Its options, those of the program included.</param>
/// <param name="Words">What its argument may be, where that is known words.</param>
/// <param name="IsFile">Whether its argument is a path.</param>
internal sealed record CompletedCommand(string Name, string Description, IReadOnlyList<CompletedOption> Options, IReadOnlyList<string> Words, bool IsFile);

/// <summary>All commands with what a shell needs to know of them.</summary>
/// <param name="Root">The program itself.</param>
/// <param name="Commands">The commands.</param>
internal sealed record CompletionTree(CompletedCommand Root, IReadOnlyList<CompletedCommand> Commands)
{
    /// <summary>Reads them.</summary>
    public static CompletionTree Of(RootCommand root) =>
        new(Read(root, root, ""), [.. root.Subcommands.OrderBy(command => command.Name, StringComparer.Ordinal).Select(command => Read(root, command, command.Name))]);

    private static CompletedCommand Read(RootCommand root, Command command, string name) => new(
        name,
        command.Description ?? "",
        [.. HelpPage.Options(root, command).Select(Read)],
        [.. command.Arguments.SelectMany(HelpPage.Words)],
        command.Arguments.Any(argument => argument.Name is "MODEL" or "FILE" or "DIR"));

    private static CompletedOption Read(Option option)
    {
        var takes = HelpPage.TakesValue(option);
        var words = takes ? HelpPage.Words(option) : [];
        return new([option.Name, .. option.Aliases.Where(alias => alias != option.Name && alias != "-?" && alias[0] == '-')], option.Description ?? "", takes, words, takes && words.Count == 0 && IsPath(option));
    }

    private static bool IsPath(Option option)
    {
        var says = (option as IFlag)?.Allowed ?? option.Description ?? "";
        return new[] { "file", "path", "directory" }.Any(word => says.Contains(word, StringComparison.OrdinalIgnoreCase));
    }
}
