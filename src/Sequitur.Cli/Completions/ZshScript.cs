using System.Text;

namespace Sequitur.Cli.Completions;

/// <summary>Completions for zsh (its manual, <em>Completion System</em>).</summary>
internal static class ZshScript
{
    /// <summary>The script.</summary>
    public static string Write(CompletionTree tree)
    {
        var script = new StringBuilder(
            $$"""
            #compdef sequitur
            # zsh completion of sequitur: source it behind compinit
            _sequitur() {
                local verb="" word
                local -a entries
                for word in "${(@)words[2,CURRENT-1]}"; do
                    case "$word" in
                        {{string.Join('|', tree.Commands.Select(command => command.Name))}}) verb="$word"; break ;;
                    esac
                done
                case "$verb ${words[CURRENT-1]}" in

            """);
        foreach (var command in tree.WithRoot())
        {
            foreach (var option in command.Options.Where(option => option.TakesValue))
            {
                var names = string.Join('|', option.Names.Select(name => $"\"{command.Name} {name}\""));
                var action = option.Words.Count > 0 ? $"compadd -- {string.Join(' ', option.Words)}; " : option.IsFile ? "_files; " : "";
                script.Append($"        {names}) {action}return ;;\n");
            }
        }

        script.Append("    esac\n    case \"$verb\" in\n");
        foreach (var command in tree.WithRoot())
        {
            script.Append($"        \"{command.Name}\")\n            if [[ \"${{words[CURRENT]}}\" == -* ]]; then\n");
            script.Append($"                entries=({string.Join(' ', command.Options.SelectMany(option => option.Names.Select(name => Entry(name, option.Description))))})\n");
            script.Append("                _describe option entries -o\n            else\n");
            script.Append(command.Name.Length == 0
                ? $"                entries=({string.Join(' ', tree.Commands.Select(verb => Entry(verb.Name, verb.Description)))})\n                _describe command entries\n"
                : command.Words.Count > 0 ? $"                compadd -- {string.Join(' ', command.Words)}\n"
                : command.IsFile ? "                _files\n" : "                return\n");
            script.Append("            fi ;;\n");
        }

        return script.Append("    esac\n}\ncompdef _sequitur sequitur\n").ToString();
    }

    private static string Entry(string name, string description) => Shells.Quote($"{name.Replace(":", "\\:", StringComparison.Ordinal)}:{description}");
}
