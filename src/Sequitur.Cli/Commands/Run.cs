using System.CommandLine;
using Sequitur.Cli.Output;
using System.Diagnostics;
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
    private readonly RequestFlags _request = new();
    private readonly ModelFlags _model = new();

    /// <inheritdoc/>
    public Command Create(CommandIo io)
    {
        var command = new Command("run", "Answer a prompt") { _prompt, _json, _stream };
        _model.AddTo(command);
        _request.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult((int)Answer(parsed, io, cancellation)));
        return command;
    }

    private ExitCode Answer(ParseResult parsed, CommandIo io, CancellationToken cancellation)
    {
        var verbose = parsed.GetValue(CommandLine.Verbose);
        var request = _request.Read(parsed, RequestFlags.Prompt(parsed.GetValue(_prompt), "run", io, cancellation));
        var (path, error) = (_model.Path(parsed), io.Error);
        var started = Stopwatch.GetTimestamp();
        using var model = TextModel.Load(path);
        var options = _model.Read(parsed);
        using var engine = new TextEngine(model, options);
        if (verbose)
        {
            error.WriteLine($"model {path}, loaded in {Stopwatch.GetElapsedTime(started).TotalSeconds:F2} s; context {engine.Engine.Context}, {options.Threads} threads, vectors {options.Processor.Tier}");
        }

        cancellation.ThrowIfCancellationRequested();
        started = Stopwatch.GetTimestamp();
        var generation = Generate(parsed, request, path, engine, io.Output, cancellation);
        if (verbose)
        {
            error.WriteLine(
                $"{generation.Request.Ids.Count} tokens of prompt, {generation.Tokens.Length} generated in {Stopwatch.GetElapsedTime(started).TotalSeconds:F2} s; seed {request.Seed}, samplers {generation.Request.Samplers}; ended by {End(generation)}");
        }

        return Conclude(generation, engine, error);
    }

    private Generation Generate(ParseResult parsed, TextRequest request, string path, TextEngine engine, ResultStream output, CancellationToken cancellation)
    {
        if (!parsed.GetValue(_json))
        {
            var answer = engine.Generate(request, output.Write, cancellation);
            output.Write("\n"u8);
            return answer;
        }

        var (stream, text) = (parsed.GetValue(_stream), new MemoryStream());
        var generation = engine.Generate(
            request,
            piece =>
            {
                text.Write(piece);
                if (stream)
                {
                    RunReport.WriteText(output, piece);
                }
            },
            cancellation);
        RunReport.WriteEnd(output, path, engine, generation, text.GetBuffer().AsSpan(0, (int)text.Length));
        return generation;
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
