using System.Text;

namespace Sequitur.Cli.Completions;

/// <summary>Completions for bash (its manual, <em>Programmable Completion</em>), from version 3.2 on.</summary>
internal static class BashScript
{
    /// <summary>The script.</summary>
    public static string Write(CompletionTree tree)
    {
        var verbs = tree.Commands.Select(command => command.Name).ToList();
        var script = new StringBuilder(
            $$"""
            # bash completion of sequitur: source it, or put it into your completions folder
            _sequitur_words() {
                COMPREPLY=($(compgen -W "$1" -- "$current"))
            }
            _sequitur_files() {
                local IFS=$'\n'
                compopt -o filenames 2>/dev/null
                COMPREPLY=($(compgen -f -- "$current"))
            }
            _sequitur() {
                local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" verb="" i
                COMPREPLY=()
                if [[ $current == "=" ]]; then
                    current=""
                elif [[ $previous == "=" && COMP_CWORD -gt 1 ]]; then
                    previous="${COMP_WORDS[COMP_CWORD-2]}"
                fi
                for ((i = 1; i < COMP_CWORD; i++)); do
                    case "${COMP_WORDS[i]}" in
                        {{string.Join('|', verbs)}}) verb="${COMP_WORDS[i]}"; break ;;
                    esac
                done
                case "$verb $previous" in

            """);
        foreach (var command in tree.WithRoot())
        {
            foreach (var option in command.Options.Where(option => option.TakesValue))
            {
                var names = string.Join('|', option.Names.Select(name => $"\"{command.Name} {name}\""));
                var action = option.Words.Count > 0 ? $"_sequitur_words \"{string.Join(' ', option.Words)}\"; " : option.IsFile ? "_sequitur_files; " : "";
                script.Append($"        {names}) {action}return ;;\n");
            }
        }

        script.Append("    esac\n    case \"$verb\" in\n");
        foreach (var command in tree.WithRoot())
        {
            var rest = command.Name.Length == 0 ? $"_sequitur_words \"{string.Join(' ', verbs)}\""
                : command.Words.Count > 0 ? $"_sequitur_words \"{string.Join(' ', command.Words)}\""
                : command.IsFile ? "_sequitur_files" : "return";
            script.Append($"        \"{command.Name}\") if [[ $current == -* ]]; then _sequitur_words \"{string.Join(' ', command.OptionNames())}\"; else {rest}; fi ;;\n");
        }

        return script.Append("    esac\n}\ncomplete -F _sequitur sequitur\n").ToString();
    }
}
