using System.CommandLine;
using Sequitur.Cli.Output;

namespace Sequitur.Cli.State;

/// <summary>Options about what is kept between commands.</summary>
/// <param name="keeps">Whether the command keeps something, and does not only read it.</param>
internal sealed class StateFlags(bool keeps)
{
    private readonly Option<string?> _folder = Flags.Text<string?>("--state", "The folder where the last run is kept for 'why'; by default the system's place for it", "a folder");
    private readonly Option<bool> _none = new("--no-state") { Description = "Keep nothing of this run" };

    public void AddTo(Command command)
    {
        command.Add(_folder);
        if (keeps)
        {
            command.Add(_none);
        }
    }

    /// <summary>The folder; null where nothing is to be kept.</summary>
    public StateFolder? Read(ParseResult parsed, CommandIo io) =>
        (keeps && parsed.GetValue(_none)) || (parsed.GetValue(_folder) ?? io.Terminal.State) is not { } path ? null : new(path);
}
