using System.CommandLine;
using Sequitur.Cli.Completions;
using Sequitur.Cli.Output;

namespace Sequitur.Cli.Commands;

/// <summary><c>sequitur completions SHELL</c>: a script that teaches a shell the commands and options.</summary>
[Command("completions")]
public sealed class ShellCompletions : ICommand
{
    private readonly Argument<string?> _shell = new("SHELL") { Description = $"The shell: {string.Join(", ", Shells.All.Keys)}", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _json = new("--json") { Description = "Write the script as a string of one JSON object" };

    /// <inheritdoc/>
    public Command Create(CommandIo io)
    {
        _shell.CompletionSources.Add([.. Shells.All.Keys]);
        var command = new Command("completions", "Print a script that completes commands and options in a shell") { _shell, _json };
        command.SetAction(parsed => (int)Answer(parsed, io));
        return command;
    }

    private ExitCode Answer(ParseResult parsed, CommandIo io)
    {
        var (shell, known) = (parsed.GetValue(_shell), string.Join(", ", Shells.All.Keys));
        if (shell is null || !Shells.All.TryGetValue(shell, out var write))
        {
            throw new UsageException(shell is null ? $"the shell is missing: {known}" : $"there are no completions for '{PrintableText.Of(shell)}'{Suggestions.Meant(shell, Shells.All.Keys)}; shells: {known}");
        }

        var script = write(CompletionTree.Of((RootCommand)parsed.RootCommandResult.Command)).ReplaceLineEndings("\n");
        if (!parsed.GetValue(_json))
        {
            new ResultWriter(io.Output).Write(script);
            return ExitCode.Success;
        }

        var line = new JsonLine("sequitur.completions", 1);
        line.Json.WriteString("shell", shell);
        line.Json.WriteString("script", script);
        line.WriteTo(io.Output);
        return ExitCode.Success;
    }
}
