using System.CommandLine;
using Sequitur.Cli.Output;
using Sequitur.Engine;
using Sequitur.Kernels;

namespace Sequitur.Cli;

/// <summary>Options about how the engine runs, which several commands share.</summary>
internal sealed class EngineFlags
{
    private readonly Option<int?> _threads = Flags.Whole("--threads", "Threads that compute; by default one a processor core", 1, 1024, "-t");
    private readonly Option<string?> _compute = Flags.OneOf("--compute", "How products with quantized weights are computed; by default auto", "auto", "f32");
    private readonly Option<string?> _cache = Flags.OneOf("--cache", "How keys and values are kept; by default f16, and f32 with --compute f32", CacheFormats.Words);
    private readonly Option<string?> _processor = Flags.OneOf("--cpu", "The widest vectors to use; by default what the processor has", [.. Enum.GetNames<Tier>().Select(name => name.ToLowerInvariant())]);
    private readonly Option<bool> _lowMemory = new("--low-memory") { Description = "Read weights where the file has them, instead of laying them out for speed: slower, and never another answer" };
    private readonly Option<string?> _memory = Flags.Bytes("--memory", "The most that weights, cache and buffers may take; by default the memory that there is");

    public void AddTo(Command command)
    {
        command.Add(_threads);
        command.Add(_compute);
        command.Add(_cache);
        command.Add(_processor);
        command.Add(_lowMemory);
        command.Add(_memory);
    }

    public EngineOptions Read(ParseResult parsed) => new()
    {
        Threads = parsed.GetValue(_threads) ?? Environment.ProcessorCount,
        Float32 = parsed.GetValue(_compute) == "f32",
        CacheFormat = CacheFormats.Of(parsed.GetValue(_cache)),
        Processor = parsed.GetValue(_processor) is { } tier ? Usable(tier) : Processor.Default,
        LowMemory = parsed.GetValue(_lowMemory),
        MemoryBytes = parsed.GetValue(_memory) is { } bytes ? Quantity.ParseBytes(bytes) : null,
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
