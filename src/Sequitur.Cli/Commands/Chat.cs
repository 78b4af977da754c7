using System.CommandLine;
using Sequitur.Cli.Chat;
using Sequitur.Cli.Output;
using Sequitur.Cli.Runs;
using Sequitur.Cli.State;
using Sequitur.Engine;
using Sequitur.Engine.Loading;

namespace Sequitur.Cli.Commands;

/// <summary><c>sequitur chat</c>: a conversation that remembers.</summary>
[Command("chat")]
public sealed class Chat : ICommand
{
    private readonly Option<string?> _load = Flags.Text<string?>("--load", "Go on with a conversation that /save wrote", "a file");
    private readonly Option<bool> _json = new("--json") { Description = "Write a JSON object for each answer instead of text" };
    private readonly Option<bool> _stats = new("--stats") { Description = "Say of each answer how long it took, and how much memory" };
    private readonly RequestFlags _request = new(hasRaw: false);
    private readonly ModelFlags _model = new();
    private readonly LookupFlag _lookup = new(LookupFlag.ForAnswers);
    private readonly StateFlags _state = new(keeps: true);

    /// <inheritdoc/>
    public Command Create(CommandIo io)
    {
        var command = new Command("chat", "Hold a conversation") { _load, _json, _stats };
        _model.AddTo(command);
        _lookup.AddTo(command);
        _request.AddTo(command);
        _state.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult((int)Converse(parsed, io, cancellation)));
        return command;
    }

    private ExitCode Converse(ParseResult parsed, CommandIo io, CancellationToken cancellation)
    {
        var given = new ChatSettings(_request.Given(parsed));
        SavedModel? held = null;
        var conversation = parsed.GetValue(_load) is { } file ? Conversation.Load(file, out held) : new Conversation(given, []);
        conversation = conversation with { Settings = conversation.Settings.Under(given) };

        var options = new ChatOptions(_model.Path(parsed), _lookup.Read(parsed, _model.Read(parsed)), parsed.GetValue(_json), parsed.GetValue(_stats));
        var statistics = new RunStatistics();
        using var model = TextModel.Load(options.Path);
        if (model.Template is null)
        {
            throw new UsageException("the model has no chat template, which a conversation needs: continue texts with 'run --raw'");
        }

        using var engine = new TextEngine(model, options.Options);
        statistics.Loaded();
        MemoryWarning.Write(model.Loaded.Model, options.Options, io.Error);
        cancellation.ThrowIfCancellationRequested();
        var session = new ChatSession(io, engine, options, statistics, _state.Read(parsed, io), conversation);
        Greet(parsed, io, session, engine, statistics, held);
        return session.Converse(cancellation);
    }

    private static void Greet(ParseResult parsed, CommandIo io, ChatSession session, TextEngine engine, RunStatistics statistics, SavedModel? held)
    {
        if (parsed.GetValue(CommandLine.Verbose))
        {
            io.Error.WriteLine($"model {session.Model.Path}, loaded in {statistics.LoadSeconds:F2} s; context {engine.Engine.Context}");
        }

        if (io.Terminal.InputIsTerminal)
        {
            io.Error.WriteLine($"{PrintableText.Of(session.Model.Name ?? session.Model.Path)}, context {engine.Engine.Context}; /help lists commands, Ctrl-C stops an answer, Ctrl-D ends");
        }

        if (SlashCommands.OtherModel(held, session.Model) is { Length: > 0 } other)
        {
            io.Error.WriteLine($"note: {other}");
        }
    }
}
