using System.CommandLine;
using System.Diagnostics;
using Sequitur.Cli.Benchmark;
using Sequitur.Cli.Output;
using Sequitur.Cli.Runs;
using Sequitur.Engine;
using Sequitur.Engine.Loading;
using Sequitur.Kernels;

namespace Sequitur.Cli.Commands;

/// <summary><c>sequitur bench</c>: tokens a second of a model on this machine.</summary>
[Command("bench")]
public sealed class Bench : ICommand
{
    private const int Most = 1 << 20;
    private const int WarmUpTokens = 32;
    private const double WarmUpSeconds = 1;

    private readonly Option<int?> _prompt = Flags.Whole("--prompt", "Tokens of the prompt; 512 by default", 1, Most);
    private readonly Option<int?> _generate = Flags.Whole("--generate", "Tokens to generate; 128 by default", 1, Most);
    private readonly Option<int?> _depth = Flags.Whole("--depth", "Tokens that are in the cache before prompt and generation are timed; 0 by default", 0, Most);
    private readonly Option<int?> _batch = Flags.Whole("--batch", "Sequences at once, whose tokens are counted together; 1 by default", 1, 4096);
    private readonly Option<int?> _repeat = Flags.Whole("--repeat", "Runs of each, of which the median is shown; 5 by default", 1, 1000);
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object" };
    private readonly ModelFlags _model = new();
    private readonly LookupFlag _lookup = new(0);

    /// <inheritdoc/>
    public Command Create(CommandIo io)
    {
        var command = new Command("bench", "Measure tokens a second of prompt and generation") { _prompt, _generate, _depth, _batch, _repeat, _json };
        _model.AddTo(command);
        _lookup.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult((int)Measure(parsed, io, cancellation)));
        return command;
    }

    private ExitCode Measure(ParseResult parsed, CommandIo io, CancellationToken cancellation)
    {
        var sizes = new BenchSizes(
            parsed.GetValue(_prompt) ?? 512, parsed.GetValue(_generate) ?? 128, parsed.GetValue(_depth) ?? 0, parsed.GetValue(_batch) ?? 1, parsed.GetValue(_repeat) ?? 5);
        var path = _model.Path(parsed);
        if (sizes.Batch > 1 && _lookup.Most(parsed) > 0)
        {
            throw new UsageException("--lookup drafts for a sequence that runs alone: leave it out, or leave out --batch");
        }

        var options = _lookup.Read(parsed, _model.Read(parsed)) with { MaxSequences = sizes.Batch };
        if (options.Threads > Environment.ProcessorCount)
        {
            io.Error.WriteLine($"warning: {options.Threads} threads on {Quantity.Count(Environment.ProcessorCount, "processor")} wait for one another; --threads {Environment.ProcessorCount} is faster");
        }

        var start = Stopwatch.GetTimestamp();
        using var loaded = ModelLoader.Load(path);
        Require(sizes, options.Context ?? loaded.Model.MaxPositions);
        using var engine = new InferenceEngine(loaded.Model, options);
        var load = Stopwatch.GetElapsedTime(start).TotalSeconds;
        MemoryWarning.Write(loaded.Model, options, io.Error);

        var test = new SpeedTest(engine, loaded.Model.VocabularySize, sizes.Depth, sizes.Batch);
        WarmUp(test, sizes, cancellation);
        var prompts = Repeat(sizes.Repeat, () => test.Prompt(sizes.Prompt, cancellation));
        var runs = Enumerable.Range(0, sizes.Repeat).Select(_ => test.Generate(sizes.Generate, cancellation)).ToArray();
        var generations = new Speeds([.. runs.Select(run => run.TokensPerSecond)]);

        var report = new BenchReport(
            path, ModelManifest.Find(path).Name, options, engine.Context, sizes, prompts, generations, runs[^1], load, Platform.Current.PeakResidentBytes(), engine.Pool.ReducedRuns);
        if (parsed.GetValue(_json))
        {
            report.WriteJson(io.Output);
        }
        else
        {
            report.WritePage(io.Page(parsed));
        }

        return ExitCode.Success;
    }

    private static void Require(BenchSizes sizes, int context)
    {
        var needed = (long)sizes.Depth + sizes.Prompt + sizes.Generate;
        if (needed > context)
        {
            throw new CapacityException(
                $"depth {sizes.Depth} + prompt {sizes.Prompt} + generation {sizes.Generate} = {needed} positions, {needed - context} more than the context of {context}: ask for fewer tokens, or for a larger --context");
        }
    }

    // Until the runtime has compiled what runs often as well as it can, which it does beside the first runs.
    private static void WarmUp(SpeedTest test, BenchSizes sizes, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        do
        {
            test.Prompt(sizes.Prompt, cancellation);
            test.Generate(Math.Min(sizes.Generate, WarmUpTokens), cancellation);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds);
    }

    private static Speeds Repeat(int times, Func<double> measure)
    {
        var runs = new double[times];
        for (var run = 0; run < times; run++)
        {
            runs[run] = measure();
        }

        return new Speeds(runs);
    }
}
