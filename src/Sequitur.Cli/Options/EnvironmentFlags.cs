using System.CommandLine;
using System.CommandLine.Help;

namespace Sequitur.Cli;

/// <summary>Environment variables that stand in for options: <c>SEQUITUR_MAX_TOKENS</c> is <c>--max-tokens</c> where the command line has none.</summary>
internal static class EnvironmentFlags
{
    private static readonly string[] Yes = ["1", "true", "yes", "on"];
    private static readonly string[] No = ["0", "false", "no", "off"];

    /// <summary>The variable of an option.</summary>
    public static string VariableOf(Option option) => "SEQUITUR_" + option.Name.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    /// <summary>The options of a command that variables may stand in for.</summary>
    public static IEnumerable<Option> OptionsOf(RootCommand root, Command command) =>
        command.Options.Concat(root.Options.Where(option => option.Recursive)).Where(option => option is not (HelpOption or VersionOption)).Distinct();

    /// <summary>Adds to a command line what variables say and it does not.</summary>
    /// <param name="root">All commands.</param>
    /// <param name="parsed">The command line as it is.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="taken">Receives the options that were added.</param>
    /// <exception cref="UsageException">The variable of a switch is neither yes nor no.</exception>
    public static IReadOnlyList<string> Complete(RootCommand root, ParseResult parsed, IReadOnlyList<string> args, ICollection<Option> taken)
    {
        var command = parsed.CommandResult.Command;
        var place = args.ToList().IndexOf(command.Name) + 1;
        if (command is RootCommand || place == 0)
        {
            return args;
        }

        var added = new List<string>();
        foreach (var option in OptionsOf(root, command))
        {
            if (parsed.GetResult(option) is null or { Implicit: true } && Environment.GetEnvironmentVariable(VariableOf(option)) is { Length: > 0 } value)
            {
                added.Add($"{option.Name}={(option.ValueType == typeof(bool) ? Switch(option, value) : value)}");
                taken.Add(option);
            }
        }

        return [.. args.Take(place), .. added, .. args.Skip(place)];
    }

    private static string Switch(Option option, string value) =>
        Yes.Contains(value, StringComparer.OrdinalIgnoreCase) ? "true"
        : No.Contains(value, StringComparer.OrdinalIgnoreCase) ? "false"
        : throw new UsageException($"{VariableOf(option)} must be 1 or 0, not '{value}'");
}
