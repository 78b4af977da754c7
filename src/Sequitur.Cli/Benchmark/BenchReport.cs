using System.Text.Json;
using Sequitur.Cli.Output;
using Sequitur.Engine;
using Sequitur.Kernels;
using Spectre.Console;

namespace Sequitur.Cli.Benchmark;

/// <summary>What <c>bench</c> was asked to measure.</summary>
/// <param name="Prompt">Tokens of the prompt of each sequence.</param>
/// <param name="Generate">Tokens that each sequence generates.</param>
/// <param name="Depth">Tokens of each that are in the cache before.</param>
/// <param name="Batch">Sequences at once.</param>
/// <param name="Repeat">Runs of each.</param>
internal sealed record BenchSizes(int Prompt, int Generate, int Depth, int Batch, int Repeat);

/// <summary>What <c>bench</c> measured, described in <c>docs/commands/bench.md</c>.</summary>
/// <param name="Model">The model as it was named.</param>
/// <param name="Name">What its manifest calls it, if it has one.</param>
/// <param name="Options">How it ran.</param>
/// <param name="Context">Positions of a sequence.</param>
/// <param name="Sizes">What was asked for.</param>
/// <param name="Prompt">Tokens a second of prompts.</param>
/// <param name="Generation">Tokens a second of generation.</param>
/// <param name="Last">The last of these generations.</param>
/// <param name="LoadSeconds">From the file to an engine that can begin.</param>
/// <param name="PeakBytes">The most memory that the process held.</param>
/// <param name="ReducedRuns">Runs of the model in which not all threads took part, because the processors had other work.</param>
internal sealed record BenchReport(
    string Model, string? Name, EngineOptions Options, int Context, BenchSizes Sizes, Speeds Prompt, Speeds Generation, TimedGeneration Last, double LoadSeconds, long PeakBytes,
    long ReducedRuns)
{
    /// <summary>The name of the schema.</summary>
    public const string Schema = "sequitur.bench";

    /// <summary>Its version.</summary>
    public const int Version = 1;

    private string Tier => Options.Processor.Tier.ToString().ToLowerInvariant();

    /// <summary>One JSON object.</summary>
    public void WriteJson(ResultStream output)
    {
        var line = new JsonLine(Schema, Version);
        var json = line.Json;
        json.WriteStartObject("model");
        json.WriteString("path", Model);
        json.WriteString("name", Name);
        json.WriteEndObject();
        json.WriteNumber("threads", Options.Threads);
        json.WriteString("compute", Options.Float32 ? "f32" : "auto");
        json.WriteString("cache", CacheFormats.WordOf(Options.EffectiveCacheFormat));
        json.WriteBoolean("low_memory", Options.LowMemory);
        json.WriteNumber("context", Context);
        json.WriteNumber("depth", Sizes.Depth);
        json.WriteNumber("batch", Sizes.Batch);
        json.WriteNumber("repeat", Sizes.Repeat);
        json.WriteNumber("lookup", Options.Speculation?.MostDrafted ?? 0);
        json.WriteStartObject("prompt");
        Write(json, Sizes.Prompt, Prompt);
        json.WriteEndObject();
        json.WriteStartObject("generation");
        Write(json, Sizes.Generate, Generation);
        json.WriteStartArray("ids");
        foreach (var id in Last.Ids)
        {
            json.WriteNumberValue(id);
        }

        json.WriteEndArray();
        json.WriteSpeculation("lookup", Last.Speculation, Last.WhyNoSpeculation);
        json.WriteEndObject();
        json.WriteNumber("load_seconds", Math.Round(LoadSeconds, 4));
        json.WriteNumber("peak_memory_bytes", PeakBytes);
        json.WriteNumber("reduced_runs", ReducedRuns);
        json.WriteString("processor", ProcessorFacts.Name);
        json.WriteString("tier", Tier);
        line.WriteTo(output);
    }

    /// <summary>The same for people.</summary>
    public void WritePage(IAnsiConsole page)
    {
        var sheet = new FactSheet(page, 24);
        var with = $"{(Sizes.Batch > 1 ? $" × {Sizes.Batch}" : "")}{(Sizes.Depth > 0 ? $" at {Sizes.Depth}" : "")}";
        sheet.Fact($"prompt {Sizes.Prompt}{with}", Text(Prompt));
        sheet.Fact($"generation {Sizes.Generate}{with}", Text(Generation));
        if (Options.Speculation is { } speculation)
        {
            sheet.Fact($"look-up of {Quantity.Count(speculation.MostDrafted, "token")}", Last.Speculation is { } counts
                ? $"{counts.Accepted} of {Quantity.Count(counts.Drafted, "drafted token")} right; {Quantity.Number(counts.TokensPerPass)} tokens a run of the model"
                : $"off: {Last.WhyNoSpeculation}");
        }

        sheet.Fact("load", $"{Quantity.Number(LoadSeconds)} s");
        sheet.Fact("peak memory", Quantity.Bytes(PeakBytes));
        if (ReducedRuns > 0)
        {
            sheet.Fact("reduced", $"{Quantity.Count((int)ReducedRuns, "run")} of the model with fewer threads: the processors had other work");
        }

        sheet.Fact("model", Name ?? PrintableText.Of(Model));
        sheet.Fact("processor", $"{ProcessorFacts.Name}, {Quantity.Count(Options.Threads, "thread")}, tier {Tier}");
    }

    private static string Text(Speeds speeds) =>
        $"{Quantity.Number(speeds.Median)} tokens/s{(speeds.Runs.Count > 1 ? $" ({Quantity.Number(speeds.Minimum)} – {Quantity.Number(speeds.Maximum)}, {speeds.Runs.Count} runs)" : "")}";

    private static void Write(Utf8JsonWriter json, int tokens, Speeds speeds)
    {
        json.WriteNumber("tokens", tokens);
        json.WriteNumber("tokens_per_second", Math.Round(speeds.Median, 3));
        json.WriteNumber("minimum", Math.Round(speeds.Minimum, 3));
        json.WriteNumber("maximum", Math.Round(speeds.Maximum, 3));
    }
}
