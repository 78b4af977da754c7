using System.CommandLine;
using System.CommandLine.Parsing;
using Sequitur.Cli.Output;

namespace Sequitur.Cli.Chat;

/// <summary>What begins with a slash: about the conversation, no part of it. What it says goes to standard error, but for the results of <c>/why</c>.</summary>
/// <param name="session">The conversation.</param>
/// <param name="io">What is written.</param>
internal sealed class SlashCommands(ChatSession session, CommandIo io)
{
    private static readonly (string Name, string Values, string Description, Action<SlashCommands, string, CancellationToken>? Action)[] Known =
    [
        ("/help", "", "this list", (commands, _, _) => commands.Help()),
        ("/set", "[NAME VALUE]", "the settings, or another value for one: the options of run, such as temperature or max-tokens; the value default takes it back", (commands, text, _) => commands.Set(text)),
        ("/system", "[TEXT]", "the system message, or another one; default is the model's own, \"\" none", (commands, text, _) => commands.SetSystem(text)),
        ("/reset", "", "forget what was said; settings stay", (commands, _, _) => commands.Reset()),
        ("/save", "FILE", "write the conversation to a file", (commands, text, _) => commands.Save(text)),
        ("/load", "FILE", "go on with the conversation of a file", (commands, text, _) => commands.Load(text)),
        ("/stats", "", "times of the last answer, memory, how full the context is", (commands, _, _) => commands.Statistics()),
        ("/why", "N", "why token N of the last answer was chosen; takes the options of why", (commands, text, cancellation) => commands.Why(text, cancellation)),
        ("/exit", "", "end; so does Ctrl-D", null),
    ];

    /// <summary>Runs a line. What is wrong with it costs a line on standard error.</summary>
    /// <returns>Whether the conversation goes on.</returns>
    public bool Run(string line, CancellationToken cancellation)
    {
        var end = line.AsSpan().IndexOfAny(" \t\n");
        var name = end < 0 ? line : line[..end];
        try
        {
            var known = Array.Find(Known, command => command.Name == name);
            if (known.Name is null)
            {
                throw new UsageException($"there is no command {PrintableText.Of(name)}{Suggestions.Meant(name, Known.Select(command => command.Name))} (/help lists all; a message that begins with a slash stands between lines of \"\"\")");
            }

            if (known.Action is null)
            {
                return false;
            }

            known.Action(this, line[name.Length..].Trim(), cancellation);
        }
        catch (OperationCanceledException)
        {
            io.Error.WriteLine("stopped");
        }
        catch (Exception problem) when (!io.Output.IsClosed && problem is SequiturException or UnsupportedModelException or IOException or UnauthorizedAccessException)
        {
            io.Error.WriteLine($"error: {problem.Message.ReplaceLineEndings(" ")}");
        }

        return true;
    }

    private void Help()
    {
        var table = new TextTable(new("command"), new("meaning", Overflow: Overflow.Fold)) { HasTitles = false };
        foreach (var (name, values, description, _) in Known)
        {
            table.Add($"{name} {values}".TrimEnd(), description);
        }

        table.Add("\\", "at the end of a line: the message goes on");
        table.Add("\"\"\"", "on a line of its own: begins and ends a message of several lines");
        table.WriteTo(io.Error, io.Terminal.Width);
    }

    private void Set(string text)
    {
        var parts = text.Split((char[])[' ', '\t', '\n'], 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var settings = session.Conversation.Settings;
        if (parts.Length == 2)
        {
            settings = settings.With(parts[0], parts[1]);
            session.Conversation = session.Conversation with { Settings = settings };
        }

        settings.WriteTo(io.Error, io.Terminal.Width, parts.Length == 0 ? null : parts[0]);
    }

    private void SetSystem(string text)
    {
        var settings = session.Conversation.Settings;
        if (text.Length > 0)
        {
            settings = settings.With("system", text);
            session.Conversation = session.Conversation with { Settings = settings };
        }

        var message = settings.SystemMessage switch
        {
            null => session.ModelSystem is { } own ? $"the model's own system message: {PrintableText.Of(own)}" : "no system message of one's own: the model's template may have one",
            "" => "no system message",
            var given => $"system message: {PrintableText.Of(given)}",
        };
        io.Error.WriteLine(message);
    }

    private void Statistics() => session.WriteStatistics();

    private void Reset()
    {
        var turns = session.Conversation.Turns;
        session.Conversation = session.Conversation with { Messages = [] };
        io.Error.WriteLine($"{Quantity.Count(turns, "turn")} forgotten");
    }

    private void Save(string path)
    {
        ConversationFile.Of(session.Model, session.Conversation).Save(Required(path, "/save"));
        io.Error.WriteLine($"saved to {PrintableText.Of(path)}: {Quantity.Count(session.Conversation.Turns, "turn")}");
    }

    private void Load(string path)
    {
        session.Conversation = Conversation.Load(Required(path, "/load"), out var model);
        io.Error.WriteLine($"loaded {PrintableText.Of(path)}: {Quantity.Count(session.Conversation.Turns, "turn")}{(OtherModel(model, session.Model) is { Length: > 0 } other ? $"; {other}" : "")}");
    }

    /// <summary>What is said of a conversation that another model held.</summary>
    public static string OtherModel(SavedModel? saved, SavedModel now) =>
        saved is null || (saved.Sha256 is not null && saved.Sha256 == now.Sha256) || saved.Path == now.Path ? "" : $"another model held it: {PrintableText.Of(saved.Name ?? saved.Path)}";

    private void Why(string text, CancellationToken cancellation)
    {
        var command = new Commands.Why().CreateWithin(io, session.OpenLast);
        var parsed = command.Parse([.. CommandLineParser.SplitCommandLine(text)], CommandLine.Configuration);
        if (CommandLine.Problem(parsed) is { } problem)
        {
            throw new UsageException($"{problem} (/why N, with the options of why)");
        }

        parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancellation).GetAwaiter().GetResult();
    }

    private static string Required(string path, string command) => path.Length > 0 ? path : throw new UsageException($"{command} needs a file");
}
