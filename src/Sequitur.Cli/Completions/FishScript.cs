using System.Text;

namespace Sequitur.Cli.Completions;

/// <summary>Completions for fish (its manual, <em>Writing your own completions</em>).</summary>
internal static class FishScript
{
    /// <summary>The script.</summary>
    public static string Write(CompletionTree tree)
    {
        var script = new StringBuilder("# fish completion of sequitur: source it, or put it into ~/.config/fish/completions\ncomplete -c sequitur -f\n");
        foreach (var command in tree.Commands)
        {
            script.Append($"complete -c sequitur -n __fish_use_subcommand -a {command.Name} -d {Quote(command.Description)}\n");
        }

        foreach (var command in tree.WithRoot())
        {
            var where = command.Name.Length == 0 ? "__fish_use_subcommand" : Quote($"__fish_seen_subcommand_from {command.Name}");
            foreach (var option in command.Options)
            {
                var names = string.Concat(option.Names.Select(name => name.StartsWith("--", StringComparison.Ordinal) ? $" -l {name[2..]}" : $" -s {name[1..]}"));
                var value = !option.TakesValue ? "" : option.Words.Count > 0 ? $" -x -a {Quote(string.Join(' ', option.Words))}" : option.IsFile ? " -r -F" : " -x";
                script.Append($"complete -c sequitur -n {where}{names}{value} -d {Quote(option.Description)}\n");
            }

            if (command.Name.Length > 0 && (command.IsFile || command.Words.Count > 0))
            {
                script.Append($"complete -c sequitur -n {where} {(command.IsFile ? "-F" : $"-a {Quote(string.Join(' ', command.Words))}")}\n");
            }
        }

        return script.ToString();
    }

    private static string Quote(string text) => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
