using System.CommandLine;
using Sequitur.Engine;
using Sequitur.Engine.Loading;

namespace Sequitur.Cli.Commands;

/// <summary><c>sequitur run [PROMPT]</c>: answers one prompt.</summary>
[Command("run")]
public sealed class Run : ICommand
{
    private readonly Argument<string?> _prompt = new("PROMPT") { Description = "The question; read from standard input if it is missing", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _model = new("--model", "-m") { Description = "A GGUF file, or a directory with one or with config.json, safetensors and tokenizer.json; the embedded model by default" };
    private readonly Option<string?> _system = new("--system") { Description = "The system message; the model's own by default" };
    private readonly Option<bool> _raw = new("--raw") { Description = "Continue the text as it is, without the chat template" };
    private readonly Option<int?> _maxTokens = Positive("--max-tokens", "The most tokens to generate; by default what the context leaves");
    private readonly Option<int?> _context = Positive("--context", "Positions that prompt and answer may take; by default the model's");
    private readonly Option<float?> _temperature = new("--temperature") { Description = "Randomness: 0 always takes the likeliest token" };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Seed of the random numbers; the same seed gives the same answer" };
    private readonly EngineFlags _engine = new();

    /// <summary>Creates the options.</summary>
    public Run() => _prompt.Validators.Add(result =>
    {
        if (result.Tokens is [{ Value: ['-', '-', _, ..] word }] && !word.Contains(' ', StringComparison.Ordinal))
        {
            result.AddError($"there is no option {word}; a prompt that begins with dashes comes through standard input");
        }
    });

    /// <inheritdoc/>
    public Command Create(ResultStream output, TextWriter error)
    {
        var command = new Command("run", "Answer a prompt") { _prompt, _model, _system, _raw, _maxTokens, _context, _temperature, _seed };
        _engine.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult((int)Answer(parsed, output, cancellation)));
        return command;
    }

    private static Option<int?> Positive(string name, string description)
    {
        var option = new Option<int?>(name) { Description = description };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out var value) || value < 1))
            {
                result.AddError($"{name} must be a whole number from 1, not '{result.Tokens[0].Value}'");
            }
        });
        return option;
    }

    private ExitCode Answer(ParseResult parsed, ResultStream output, CancellationToken cancellation)
    {
        var prompt = Prompt(parsed.GetValue(_prompt));
        var request = new TextRequest
        {
            Prompt = prompt,
            System = parsed.GetValue(_system),
            Raw = parsed.GetValue(_raw),
            MaxTokens = parsed.GetValue(_maxTokens),
            Temperature = parsed.GetValue(_temperature),
            Seed = parsed.GetValue(_seed),
        };
        using var model = TextModel.Load(parsed.GetValue(_model) ?? EmbeddedModel.Path);
        using var engine = new TextEngine(model, _engine.Read(parsed) with { Context = parsed.GetValue(_context) });
        var generation = engine.Generate(request, output.Write, cancellation);
        output.Write("\n"u8);
        return generation.Reason == FinishReason.Cancelled ? ExitCode.Interrupted : ExitCode.Success;
    }

    private static string Prompt(string? given)
    {
        var prompt = given ?? (Console.IsInputRedirected ? Console.In.ReadToEnd().TrimEnd('\n', '\r') : "");
        return prompt.Length > 0 ? prompt : throw new UsageException("the prompt is empty: give it behind 'run', or on standard input");
    }
}
