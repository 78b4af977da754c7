using System.CommandLine;
using System.Diagnostics;
using Sequitur.Engine;
using Sequitur.Engine.Loading;

namespace Sequitur.Cli.Commands;

/// <summary><c>sequitur run [PROMPT]</c>: answers one prompt.</summary>
[Command("run")]
public sealed class Run : ICommand
{
    private readonly Argument<string?> _prompt = new("PROMPT") { Description = "The question; read from standard input if it is missing or -", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _model = Flags.Text<string?>("--model", "A GGUF file, or a directory with one or with config.json, safetensors and tokenizer.json; the embedded model by default", "a file or directory", "-m");
    private readonly Option<string?> _system = new("--system") { Description = "The system message; the model's own by default" };
    private readonly Option<bool> _raw = new("--raw") { Description = "Continue the text as it is, without the chat template" };
    private readonly Option<int?> _maxTokens = Flags.Whole("--max-tokens", "The most tokens to generate; by default what the context leaves", 1, int.MaxValue);
    private readonly Option<string[]?> _stop = Flags.Text<string[]?>("--stop", "A text that ends the answer, itself left out; may be given several times", "a text of at least one character");
    private readonly Option<int?> _context = Flags.Whole("--context", "Positions that prompt and answer may take; by default the model's", 1, int.MaxValue);
    private readonly Option<ulong?> _seed = Flags.Whole("--seed", "Seed of the random numbers; the same seed gives the same answer", 0UL, ulong.MaxValue);
    private readonly Option<bool> _json = new("--json") { Description = "Write one JSON object instead of text" };
    private readonly Option<bool> _stream = new("--stream") { Description = "With --json: also write each piece of the answer as an object, one a line" };
    private readonly SamplingFlags _sampling = new();
    private readonly EngineFlags _engine = new();

    /// <inheritdoc/>
    public Command Create(ResultStream output, TextWriter error)
    {
        var command = new Command("run", "Answer a prompt") { _prompt, _model, _system, _raw, _maxTokens, _stop, _context, _seed, _json, _stream };
        _sampling.AddTo(command);
        _engine.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult((int)Answer(parsed, output, error, cancellation)));
        return command;
    }

    private ExitCode Answer(ParseResult parsed, ResultStream output, TextWriter error, CancellationToken cancellation)
    {
        var verbose = parsed.GetValue(CommandLine.Verbose);
        var request = new TextRequest
        {
            Prompt = Prompt(parsed.GetValue(_prompt), cancellation),
            System = parsed.GetValue(_system),
            Raw = parsed.GetValue(_raw),
            MaxTokens = parsed.GetValue(_maxTokens),
            Stops = parsed.GetValue(_stop) ?? [],
            Sampling = _sampling.Read(parsed),
            Seed = parsed.GetValue(_seed) ?? 0,
        };
        var path = parsed.GetValue(_model) ?? EmbeddedModel.Path;
        var started = Stopwatch.GetTimestamp();
        using var model = TextModel.Load(path);
        var options = _engine.Read(parsed) with { Context = parsed.GetValue(_context) };
        using var engine = new TextEngine(model, options);
        if (verbose)
        {
            error.WriteLine($"model {path}, loaded in {Stopwatch.GetElapsedTime(started).TotalSeconds:F2} s; context {engine.Engine.Context}, {options.Threads} threads, vectors {options.Processor.Tier}");
        }

        cancellation.ThrowIfCancellationRequested();
        started = Stopwatch.GetTimestamp();
        var generation = Generate(parsed, request, path, engine, output, cancellation);
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

    private static string Prompt(string? given, CancellationToken cancellation)
    {
        var prompt = given is not (null or "-") ? given : given == "-" || Console.IsInputRedirected ? StandardInput.ReadAll(cancellation) : "";
        return prompt.Length > 0 ? prompt : throw new UsageException("the prompt is empty: give it behind 'run', or on standard input");
    }
}
