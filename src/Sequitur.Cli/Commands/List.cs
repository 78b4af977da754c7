using System.CommandLine;
using Sequitur.Cli.ModelFiles;
using Sequitur.Cli.Output;

namespace Sequitur.Cli.Commands;

/// <summary><c>sequitur list</c>: the models that are here, without downloading any.</summary>
[Command("list")]
public sealed class List : ICommand
{
    private readonly Option<string[]?> _in = Flags.Text<string[]?>("--in", "A directory with GGUF files or models; may be given several times; the current one by default", "a directory");
    private readonly Option<bool> _json = new("--json") { Description = "Write one JSON object instead of a table" };

    /// <inheritdoc/>
    public Command Create(CommandIo io)
    {
        _in.HelpName = "DIR";
        var command = new Command("list", "List the models that are here: the embedded one, the Hugging Face cache, directories") { _in, _json };
        command.SetAction((parsed, cancellation) => Task.FromResult((int)Answer(parsed, io, cancellation)));
        return command;
    }

    private ExitCode Answer(ParseResult parsed, CommandIo io, CancellationToken cancellation)
    {
        var folders = parsed.GetValue(_in) is { Length: > 0 } given ? given : [Directory.GetCurrentDirectory()];
        if (folders.FirstOrDefault(folder => !Directory.Exists(folder)) is { } missing)
        {
            throw new UsageException($"--in {missing}: there is no such directory");
        }

        var places = new[] { new ModelPlace(EmbeddedModel.Path) }.Concat(HubCache.Find(HubCache.Folder(io.Terminal))).Concat(folders.SelectMany(HubCache.FindIn));
        var models = new List<ListedModel>();
        foreach (var place in places.DistinctBy(place => Path.GetFullPath(place.Path)))
        {
            cancellation.ThrowIfCancellationRequested();
            models.Add(ListedModel.Of(place));
        }

        var list = new ModelList(models);
        if (parsed.GetValue(_json))
        {
            list.WriteJson(io.Output);
        }
        else
        {
            list.WriteTable(new ResultWriter(io.Output), io.Terminal.Width);
        }

        return ExitCode.Success;
    }
}
