using System.CommandLine;
using Sequitur.Tensors;

namespace Sequitur.Cli;

/// <summary>Names that a command line has wrong, and what was probably meant.</summary>
internal static class Suggestions
{
    /// <summary>What is wrong with the names; null if nothing is.</summary>
    public static string? Find(RootCommand root, ParseResult parsed, IReadOnlyList<string> args)
    {
        var command = parsed.CommandResult.Command;
        if (command is RootCommand)
        {
            return args is [var name, ..] && !name.StartsWith('-')
                ? $"there is no command '{name}'{Meant(name, root.Subcommands.Select(known => known.Name))}; commands: {string.Join(", ", root.Subcommands.Select(known => known.Name))}"
                : null;
        }

        var options = command.Options.Concat(root.Options).Distinct().ToList();
        for (var i = 0; i < args.Count && args[i] != "--"; i++)
        {
            if (options.FirstOrDefault(option => Names(option).Contains(args[i])) is { } known)
            {
                i += known.Arity.MinimumNumberOfValues > 0 ? 1 : 0; // what follows is its value, whatever it looks like
            }
            else if (NameOf(args[i]) is { } unknown && !options.Any(option => Names(option).Any(own => own == unknown || (own.Length == 2 && unknown.StartsWith(own, StringComparison.Ordinal)))))
            {
                return $"there is no option {unknown}{Meant(unknown, options.SelectMany(Names))}; a prompt that begins with dashes comes behind -- or through standard input";
            }
        }

        return null;
    }

    private static IEnumerable<string> Names(Option option) => option.Aliases.Prepend(option.Name);

    // An argument that looks like an option, without its value: no number, no text with spaces, no lone dash.
    private static string? NameOf(string arg)
    {
        var name = arg.Split('=', ':')[0];
        return name is ['-', var first, ..] && !char.IsDigit(first) && first != '.' && !name.Contains(' ', StringComparison.Ordinal) ? name : null;
    }

    /// <summary>The known word that a name is nearest to, as an end of a message; empty where none is near.</summary>
    public static string Meant(string name, IEnumerable<string> known)
    {
        var nearest = known.Where(word => word.Length > 2).Select(word => (Word: word, Distance: SimilarNames.Distance(name, word))).OrderBy(pair => pair.Distance).FirstOrDefault();
        return nearest.Word is not null && nearest.Distance <= Math.Max(1, name.Length / 3) ? $"; did you mean {nearest.Word}?" : "";
    }
}
