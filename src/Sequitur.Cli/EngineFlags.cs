using System.CommandLine;
using Sequitur.Engine;
using Sequitur.Kernels;

namespace Sequitur.Cli;

/// <summary>Options about how the engine runs, which several commands share.</summary>
internal sealed class EngineFlags
{
    private readonly Option<int?> _threads = new("--threads", "-t") { Description = "Threads that compute; by default one a processor core" };
    private readonly Option<string> _compute = new("--compute") { Description = "How products with quantized weights are computed", DefaultValueFactory = _ => "auto" };
    private readonly Option<string?> _processor = new("--cpu") { Description = "The widest vectors to use; by default what the processor has" };

    public EngineFlags()
    {
        _compute.AcceptOnlyFromAmong("auto", "f32");
        _processor.AcceptOnlyFromAmong([.. Enum.GetNames<Tier>().Select(name => name.ToLowerInvariant())]);
        _threads.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out var threads) || threads < 1 || threads > 1024))
            {
                result.AddError($"--threads must be a whole number from 1 to 1024, not '{result.Tokens[0].Value}'");
            }
        });
    }

    public void AddTo(Command command)
    {
        command.Add(_threads);
        command.Add(_compute);
        command.Add(_processor);
    }

    public EngineOptions Read(ParseResult parsed) => new()
    {
        Threads = parsed.GetValue(_threads) ?? Environment.ProcessorCount,
        Float32 = parsed.GetValue(_compute) == "f32",
        Processor = parsed.GetValue(_processor) is { } tier ? Usable(tier) : Processor.Default,
    };

    private static Processor Usable(string tier)
    {
        try
        {
            return Processor.Parse(tier);
        }
        catch (ArgumentException problem)
        {
            throw new UsageException($"--cpu {tier}: {problem.Message}", problem);
        }
    }
}
