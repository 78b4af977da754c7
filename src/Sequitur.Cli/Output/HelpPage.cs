using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;

namespace Sequitur.Cli.Output;

/// <summary>The help of a command, folded to the page.</summary>
internal static class HelpPage
{
    private const int Indent = 2;
    private const int LongestHint = 28;

    /// <summary>The words that an option's or an argument's value may be; none where it may be anything.</summary>
    public static IReadOnlyList<string> Words(Symbol symbol) => symbol is Option<bool> ? [] : [.. symbol.GetCompletions(CompletionContext.Empty).Select(item => item.Label)];

    /// <summary>Whether an option takes a value.</summary>
    public static bool TakesValue(Option option) => option is not (HelpOption or VersionOption) && option.ValueType != typeof(bool);

    /// <summary>The options that a command understands, its own first; each with its name first.</summary>
    public static IEnumerable<Option> Options(RootCommand root, Command command) =>
        command == root ? root.Options : command.Options.Concat(root.Options.Where(option => option.Recursive)).Distinct();

    /// <summary>Writes the help of a command.</summary>
    /// <param name="root">All commands.</param>
    /// <param name="command">The one that is asked about.</param>
    /// <param name="writer">Where to.</param>
    /// <param name="width">Columns of the page.</param>
    public static void Write(RootCommand root, Command command, TextWriter writer, int width)
    {
        foreach (var line in CellText.Fold(command.Description ?? "", width))
        {
            writer.Write(line + "\n");
        }

        var arguments = string.Concat(command.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues > 0 ? $" {argument.Name}" : $" [{argument.Name}]"));
        writer.Write($"\nUsage\n  sequitur {(command == root ? "COMMAND" : command.Name)}{arguments} [options]\n");
        Section(writer, width, "Commands", command.Subcommands.OrderBy(sub => sub.Name, StringComparer.Ordinal).Select(sub => new Entry(sub.Name, sub.Description)));
        Section(writer, width, "Arguments", command.Arguments.Select(argument => new Entry(argument.Name, argument.Description)));
        Section(writer, width, "Options", Options(root, command).Select(option => new Entry(Title(option), option.Description)));
        if (command == root)
        {
            writer.Write("\n");
            foreach (var line in CellText.Fold("Help of one command: sequitur COMMAND --help", width))
            {
                writer.Write(line + "\n");
            }
        }
    }

    private static void Section(TextWriter writer, int width, string title, IEnumerable<Entry> entries)
    {
        var table = new TextTable(new TableColumn(""), new("", Overflow: Overflow.Fold)) { HasTitles = false, Indent = Indent };
        var any = false;
        foreach (var (name, description) in entries)
        {
            table.Add(name, description ?? "");
            any = true;
        }

        if (any)
        {
            writer.Write($"\n{title}\n");
            table.WriteTo(writer, width);
        }
    }

    // -m, --model MODEL
    private static string Title(Option option)
    {
        var names = string.Join(", ", option.Aliases.Where(alias => alias[0] == '-' && alias != "-?").Append(option.Name).Distinct().OrderBy(name => name.Length));
        var words = string.Join('|', Words(option));
        var value = option.HelpName ?? (words.Length is > 0 and <= LongestHint ? words : option.Name.TrimStart('-').ToUpperInvariant());
        return TakesValue(option) ? $"{names} {value}" : names;
    }

    private sealed record Entry(string Name, string? Description);
}

/// <summary>What <c>--help</c> does.</summary>
/// <param name="root">All commands.</param>
/// <param name="io">Where the help goes: it is what was asked for.</param>
internal sealed class ShowHelp(RootCommand root, CommandIo io) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        HelpPage.Write(root, parseResult.CommandResult.Command, new ResultWriter(io.Output), io.Terminal.Width);
        return (int)ExitCode.Success;
    }
}

/// <summary>What <c>--version</c> does.</summary>
/// <param name="io">Where the version goes.</param>
internal sealed class ShowVersion(CommandIo io) : SynchronousCommandLineAction
{
    private static string Text => typeof(ShowVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "of unknown version";

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        new ResultWriter(io.Output).Write($"sequitur {Text}\n");
        return (int)ExitCode.Success;
    }
}
