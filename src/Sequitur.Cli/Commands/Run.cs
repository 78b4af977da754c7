using System.CommandLine;
using Sequitur.Cli.Output;
using Sequitur.Cli.Runs;
using Sequitur.Cli.State;
using Sequitur.Engine;
using Sequitur.Engine.Loading;

namespace Sequitur.Cli.Commands;

/// <summary><c>sequitur run [PROMPT]</c>: answers one prompt.</summary>
[Command("run")]
public sealed class Run : ICommand
{
    private readonly Argument<string?> _prompt = new("PROMPT") { Description = "The question; read from standard input if it is missing or -", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _json = new("--json") { Description = "Write one JSON object instead of text" };
    private readonly Option<bool> _stream = new("--stream") { Description = "With --json: also write each piece of the answer as an object, one a line" };
    private readonly Option<bool> _stats = new("--stats") { Description = "Say how long loading, the prompt and the answer took, and how much memory" };
    private readonly RequestFlags _request = new();
    private readonly ModelFlags _model = new();
    private readonly LookupFlag _lookup = new(LookupFlag.ForAnswers);
    private readonly StateFlags _state = new(keeps: true);
    private readonly InterventionFlags _interventions = new();

    /// <inheritdoc/>
    public Command Create(CommandIo io)
    {
        var command = new Command("run", "Answer a prompt") { _prompt, _json, _stream, _stats };
        _model.AddTo(command);
        _lookup.AddTo(command);
        _request.AddTo(command);
        _state.AddTo(command);
        _interventions.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult((int)Answer(parsed, io, cancellation)));
        return command;
    }

    private ExitCode Answer(ParseResult parsed, CommandIo io, CancellationToken cancellation)
    {
        var verbose = parsed.GetValue(CommandLine.Verbose);
        var request = _request.Read(parsed, RequestFlags.Prompt(parsed.GetValue(_prompt), "run", io, cancellation));
        var (path, error, options) = (_model.Path(parsed), io.Error, _lookup.Read(parsed, _model.Read(parsed)));
        var statistics = new RunStatistics();
        using var model = TextModel.Load(path);
        using var engine = new TextEngine(model, options);
        statistics.Loaded();
        MemoryWarning.Write(model.Loaded.Model, options, error);
        if (verbose)
        {
            error.WriteLine($"model {path}, loaded in {statistics.LoadSeconds:F2} s; context {engine.Engine.Context}, {options.Threads} threads, vectors {options.Processor.Tier}");
        }

        cancellation.ThrowIfCancellationRequested();
        var changes = _interventions.Read(parsed);
        IRunOutput answer = parsed.GetValue(_json) ? new JsonAnswer(io.Output, path, engine, parsed.GetValue(_stream), parsed.GetValue(_stats)) : new TextAnswer(io.Output, io.Terminal.OutputIsTerminal);
        var generation = changes.Count == 0
            ? new Answering(engine, answer, statistics, cancellation).Answer(request)
            : new ChangedAnswer(engine, answer, statistics, cancellation).Answer(request, changes);
        if (verbose)
        {
            error.WriteLine(
                $"{generation.Request.Ids.Count} tokens of prompt, {generation.Tokens.Length} generated in {statistics.AnswerSeconds:F2} s; seed {request.Seed}, samplers {generation.Request.Samplers}; ended by {End(generation)}");
        }

        if (parsed.GetValue(_stats))
        {
            statistics.WriteTo(error);
        }

        _state.Read(parsed, io)?.Keep(LastRun.Of(path, options, generation, changes), error);
        return Conclude(generation, engine, error);
    }

    private static ExitCode Conclude(Generation generation, TextEngine engine, TextWriter error)
    {
        switch (generation.Reason)
        {
            case FinishReason.Cancelled:
                error.WriteLine($"interrupted after {generation.Tokens.Length} tokens");
                return ExitCode.Interrupted;
            case FinishReason.ContextLimit:
                error.WriteLine($"the answer is not finished: prompt ({generation.Request.Ids.Count}) and answer ({generation.Tokens.Length}) fill the context of {engine.Engine.Context}; use a larger --context");
                return ExitCode.Success;
            default:
                return ExitCode.Success;
        }
    }

    private static string End(Generation generation) => generation switch
    {
        { StopString: { } text } => $"the stop string '{text.ReplaceLineEndings("\\n")}'",
        { StopToken: { } token } => $"the end token {token}",
        { Reason: FinishReason.MaxTokens } => "--max-tokens",
        { Reason: FinishReason.ContextLimit } => "the context",
        _ => "interruption",
    };
}
