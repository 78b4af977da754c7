using System.CommandLine;
using Sequitur.Cli.Output;
using Sequitur.Engine;

namespace Sequitur.Cli;

/// <summary>Options about what is asked and how it is answered: the template, the samplers, what ends the answer.</summary>
/// <param name="hasRaw">Whether the template may be left out, which a conversation cannot.</param>
internal sealed class RequestFlags(bool hasRaw = true)
{
    private readonly Option<string?> _system = new("--system") { Description = "The system message; the model's own by default" };
    private readonly Option<bool> _raw = new("--raw") { Description = "Continue the text as it is, without the chat template" };
    private readonly Option<int?> _maxTokens = Flags.Whole("--max-tokens", "The most tokens to generate; by default what the context leaves", 1, int.MaxValue);
    private readonly Option<string[]?> _stop = Flags.Text<string[]?>("--stop", "A text that ends the answer, itself left out; may be given several times", "a text of at least one character");
    private readonly Option<ulong?> _seed = Flags.Whole("--seed", "Seed of the random numbers; the same seed gives the same answer", 0UL, ulong.MaxValue);
    private readonly SamplingFlags _sampling = new();

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> Options => [_system, .. hasRaw ? [_raw] : Array.Empty<Option>(), _maxTokens, _stop, _seed, .. _sampling.Options];

    public void AddTo(Command command)
    {
        foreach (var option in Options)
        {
            command.Add(option);
        }
    }

    /// <summary>What a command line, or variables, gave: values by the options' names without dashes.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Given(ParseResult parsed) => Options
        .Where(option => parsed.GetResult(option) is { Implicit: false })
        .ToDictionary(option => option.Name.TrimStart('-'), option => (IReadOnlyList<string>)[.. parsed.GetResult(option)!.Tokens.Select(token => token.Value)]);

    /// <summary>The request with a prompt.</summary>
    /// <exception cref="UsageException">The samplers make no sense together.</exception>
    public TextRequest Read(ParseResult parsed, string prompt) => new()
    {
        Prompt = prompt,
        System = parsed.GetValue(_system),
        Raw = hasRaw && parsed.GetValue(_raw),
        MaxTokens = parsed.GetValue(_maxTokens),
        Stops = parsed.GetValue(_stop) ?? [],
        Sampling = _sampling.Read(parsed),
        Seed = parsed.GetValue(_seed) ?? 0,
    };

    /// <summary>The prompt: what was given, or what is piped in.</summary>
    /// <param name="given">The argument; null or <c>-</c> for standard input.</param>
    /// <param name="command">The verb, for the message.</param>
    /// <param name="io">Where standard input is.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="UsageException">There is none.</exception>
    public static string Prompt(string? given, string command, CommandIo io, CancellationToken cancellation)
    {
        var prompt = given is not (null or "-") ? given : given == "-" || !io.Terminal.InputIsTerminal ? StandardInput.ReadAll(io.Input, cancellation) : "";
        return prompt.Length > 0 ? prompt : throw new UsageException($"the prompt is empty: give it behind '{command}', or on standard input");
    }
}
