using System.Runtime.InteropServices;
using System.Text;
using Sequitur.Cli.Output;
using Sequitur.Cli.Runs;
using Sequitur.Cli.State;
using Sequitur.Cli.Why;
using Sequitur.Engine;

namespace Sequitur.Cli.Chat;

/// <summary>How a conversation is held.</summary>
/// <param name="Path">The model as it was named.</param>
/// <param name="Options">How it runs.</param>
/// <param name="Json">Whether answers are objects.</param>
/// <param name="Stats">Whether each answer's times are said.</param>
internal sealed record ChatOptions(string Path, EngineOptions Options, bool Json, bool Stats);

/// <summary>A conversation with a model, turn by turn. Each turn the whole of it goes through the chat template; nothing of it is ever left out silently.</summary>
internal sealed class ChatSession
{
    private readonly CommandIo _io;
    private readonly TextEngine _engine;
    private readonly ChatOptions _options;
    private readonly RunStatistics _statistics;
    private readonly SlashCommands _commands;
    private StateFolder? _state;
    private LastRun? _last;
    private CancellationToken _part;

    /// <param name="io">What is read and written.</param>
    /// <param name="engine">What answers.</param>
    /// <param name="options">How.</param>
    /// <param name="statistics">Takes the times.</param>
    /// <param name="state">Where the last turn is kept; null where nothing is.</param>
    /// <param name="conversation">What was said before.</param>
    public ChatSession(CommandIo io, TextEngine engine, ChatOptions options, RunStatistics statistics, StateFolder? state, Conversation conversation)
    {
        (_io, _engine, _options, _statistics, _state, Conversation) = (io, engine, options, statistics, state, conversation);
        _commands = new SlashCommands(this, io);
    }

    /// <summary>What was said so far.</summary>
    public Conversation Conversation { get; set; }

    /// <summary>The model, as files name it.</summary>
    public SavedModel Model => new(_options.Path, _engine.Model.Manifest.Name, _engine.Model.Manifest.Sha256);

    /// <summary>The system message that the model comes with; null where its template alone knows.</summary>
    public string? ModelSystem => _engine.Model.Manifest.System;

    /// <summary>Reads and answers until the end of the input.</summary>
    public ExitCode Converse(CancellationToken cancellation)
    {
        var messages = new MessageReader(_io);
        BeginPart();
        while (messages.Read(_part, cancellation) is { } entry)
        {
            BeginPart();
            using var both = CancellationTokenSource.CreateLinkedTokenSource(_part, cancellation);
            if (entry is { IsBlock: false, Text: ['/', ..] })
            {
                if (!_commands.Run(entry.Text, both.Token))
                {
                    break;
                }
            }
            else
            {
                Answer(entry.Text, both.Token);
            }

            cancellation.ThrowIfCancellationRequested();
        }

        return ExitCode.Success;
    }

    /// <summary>Opens the last turn at a token, with changes of the model.</summary>
    /// <exception cref="UsageException">There is no turn, or no such token.</exception>
    public WhyRun OpenLast(int index, IReadOnlyList<string> changes) =>
        WhyRun.Of(_last ?? throw new UsageException("there is no answer yet: ask something first"), index, _engine, changes);

    /// <summary>Says how long the last answer took, and how full the context is.</summary>
    public void WriteStatistics()
    {
        if (_last is not null)
        {
            _statistics.WriteTo(_io.Error);
        }

        var used = _last is null ? 0 : _last.Prompt.Length + _last.Answer.Length;
        _io.Error.WriteLine($"context     {Quantity.Count(Conversation.Turns, "turn")}; {used} of {_engine.Engine.Context} tokens in the last one");
    }

    private void BeginPart() => _part = _io.Interruption?.BeginPart() ?? default;

    private void Answer(string message, CancellationToken cancellation)
    {
        try
        {
            var request = Conversation.Settings.Request(message) with { History = Conversation.Messages };
            RefuseWhatDoesNotFit(request);
            var output = new KeptAnswer(_options.Json
                ? new JsonAnswer(_io.Output, _options.Path, _engine, stream: false, _options.Stats) { Turn = Conversation.Turns + 1 }
                : new TextAnswer(_io.Output, _io.Terminal.OutputIsTerminal));
            var generation = new Answering(_engine, output, _statistics, cancellation).Answer(request);
            Keep(message, output.Text, generation);
        }
        catch (Exception problem) when (problem is SequiturException or UnsupportedModelException)
        {
            if (_options.Json)
            {
                RunReport.WriteRefusal(_io.Output, Conversation.Turns + 1, problem.Message);
            }

            _io.Error.WriteLine($"error: {problem.Message.ReplaceLineEndings(" ")}");
        }
    }

    private void RefuseWhatDoesNotFit(TextRequest request)
    {
        var (tokens, context) = (_engine.Tokenize(request).Length, _engine.Engine.Context);
        if (tokens > context)
        {
            throw new CapacityException(Conversation.Turns == 0
                ? $"the message has {tokens} tokens, more than the context of {context}: shorten it, or begin with a larger --context"
                : $"with this message the conversation has {tokens} tokens, more than the context of {context}; it stays as it was, without the message: /reset begins a new one, a larger --context holds more (/save, then chat --load)");
        }
    }

    private void Keep(string message, string answer, Generation generation)
    {
        if (_options.Stats && !_options.Json)
        {
            _statistics.WriteTo(_io.Error);
        }

        var tokens = Quantity.Count(generation.Tokens.Length, "token");
        if (generation.Reason == FinishReason.Cancelled && answer.Length == 0)
        {
            _io.Error.WriteLine("stopped before the answer began; the message is left out of the conversation");
            return;
        }

        Conversation = Conversation.With(message, answer);
        _last = LastRun.Of(_options.Path, _options.Options, generation, []);
        if (_state?.Keep(_last, _io.Error) == false)
        {
            _state = null; // said once
        }

        switch (generation.Reason)
        {
            case FinishReason.Cancelled:
                _io.Error.WriteLine($"stopped after {tokens}; what there is stays in the conversation");
                break;
            case FinishReason.ContextLimit:
                _io.Error.WriteLine($"the answer is not finished: conversation ({generation.Request.Ids.Count}) and answer ({generation.Tokens.Length}) fill the context of {_engine.Engine.Context}; /reset begins a new one, a larger --context holds more");
                break;
            default:
                break;
        }
    }

    /// <summary>Keeps an answer on its way out.</summary>
    private sealed class KeptAnswer(IRunOutput output) : IRunOutput
    {
        private readonly List<byte> _bytes = [];

        public string Text => Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_bytes));

        public void Begin(string heading) => output.Begin(heading);

        public void Write(ReadOnlySpan<byte> text)
        {
            _bytes.AddRange(text);
            output.Write(text);
        }

        public void End(Generation generation, RunStatistics statistics, AnswerComparison? comparison) => output.End(generation, statistics, comparison);
    }
}
