using System.Text.Json;
using Sequitur.Cli.Output;
using Sequitur.Engine;
using Sequitur.Kernels;
using Spectre.Console;

namespace Sequitur.Cli.Diagnosis;

/// <summary>A model, and what a token of it costs.</summary>
/// <param name="Path">As it was named.</param>
/// <param name="Bytes">Bytes of its weights.</param>
/// <param name="Cost">What a token asks for.</param>
internal sealed record ModelCost(string Path, long Bytes, TokenCost Cost);

/// <summary>What <c>doctor</c> found, described in <c>docs/commands/doctor.md</c>.</summary>
/// <param name="Here">The machine.</param>
/// <param name="Roofs">What it reaches.</param>
/// <param name="Model">What shall run on it; null where there is none.</param>
/// <param name="Checks">The known pitfalls.</param>
internal sealed record DoctorReport(Surroundings Here, Roofs Roofs, ModelCost? Model, IReadOnlyList<Check> Checks)
{
    /// <summary>The name of the schema.</summary>
    public const string Schema = "sequitur.doctor";

    /// <summary>Its version.</summary>
    public const int Version = 1;

    private const int Labels = 16;
    private const double Billion = 1e9;

    private SystemFacts System => Here.System;

    // What decoding one sequence cannot exceed: every token reads all weights once.
    private double? DecodeRoof => Model is { Cost.Bytes: > 0 } model ? Roofs.MemoryBytesPerSecond / model.Cost.Bytes : null;

    private string WhyNoBfloat16 =>
        $".NET 10 offers no instruction for such products{(Here.InstructionSets.Contains("avx512_bf16") ? ", though the processor has one" : "")}; weights in BF16 are multiplied as float32";

    private double? PromptRoof => Model is { Cost.PromptOperations: > 0 } model ? Roofs.OperationsPerSecond(Here.Used) / model.Cost.PromptOperations : null;

    /// <summary>One JSON object.</summary>
    public void WriteJson(ResultStream output)
    {
        var line = new JsonLine(Schema, Version);
        var json = line.Json;
        json.WriteStartObject("processor");
        json.WriteString("name", ProcessorFacts.Name);
        json.WriteString("architecture", ProcessorFacts.Architecture);
        json.WriteNumber("usable", Here.Processors);
        json.WriteNullable("logical", System.LogicalProcessors);
        json.WriteNullable("physical", System.PhysicalCores);
        json.WriteStrings("instruction_sets", Here.InstructionSets);
        json.WriteEndObject();
        json.WriteStartObject("memory");
        json.WriteNumber("bytes", Here.PhysicalBytes);
        json.WriteNullable("limit_bytes", System.MemoryLimit);
        json.WriteNullable("available_bytes", System.AvailableBytes);
        json.WriteEndObject();
        json.WriteString("runtime", ProcessorFacts.Framework);
        json.WriteString("tier", Name(Here.Used));
        json.WriteObjects("tiers", Tiers(), tier =>
        {
            json.WriteString("tier", Name(tier.Tier));
            json.WriteBoolean("available", tier.Tier <= Here.Detected);
            json.WriteString("reason", tier.Reason);
        });
        json.WriteObjects("reads", Roofs.Reads, read =>
        {
            json.WriteString("tier", Name(read.Tier));
            json.WriteString("where", read.Where);
            json.WriteNumber("bytes", read.Bytes);
            json.WriteNumber("threads", read.Threads);
            json.WriteNumber("bytes_per_second", Math.Round(read.BytesPerSecond));
        });
        json.WriteObjects("peaks", Roofs.Peaks, peak =>
        {
            json.WriteString("tier", Name(peak.Tier));
            json.WriteNumber("threads", peak.Threads);
            json.WriteNumber("float32_operations_per_second", Math.Round(peak.Float32));
            json.WriteNumber("int8_operations_per_second", Math.Round(peak.Int8));
        });
        json.WriteStartObject("bfloat16");
        json.WriteNull("operations_per_second");
        json.WriteString("reason", WhyNoBfloat16);
        json.WriteEndObject();
        json.WriteNullable("barrier_seconds", Roofs.BarrierSeconds);
        WriteModel(json);
        json.WriteObjects("checks", Checks, check =>
        {
            json.WriteString("name", check.Name);
            json.WriteString("status", check.Health.ToString().ToLowerInvariant());
            json.WriteString("text", check.Text);
            json.WriteString("advice", check.Advice);
        });
        line.WriteTo(output);
    }

    /// <summary>The same for people.</summary>
    public void WritePage(IAnsiConsole page)
    {
        var sheet = new FactSheet(page, Labels);
        WriteMachine(sheet);
        WriteSpeeds(sheet);
        if (Model is { } model)
        {
            sheet.Space();
            sheet.Title("What will run how fast, at most");
            sheet.Fact("model", $"{PrintableText.Of(model.Path)}, {Quantity.Bytes(model.Bytes)} of weights");
            sheet.Fact("generation", $"{Quantity.Number(DecodeRoof ?? 0)} tokens/s: a token reads {Quantity.Bytes(model.Cost.Bytes)}, more where caches keep some of it");
            sheet.Fact("prompt", $"{Quantity.Number(PromptRoof ?? 0)} tokens/s: a token takes {Quantity.Number(model.Cost.PromptOperations / Billion)} billion operations");
        }

        sheet.Space();
        sheet.Title("Checks");
        foreach (var check in Checks)
        {
            var (sign, colour) = check.Health switch { Health.Ok => ("✓", Color.Green), Health.Note => ("•", Color.Yellow), _ => ("✗", Color.Red) };
            var word = check.Health == Health.Ok ? "" : $"{check.Health.ToString().ToLowerInvariant()}: ";
            sheet.Fact($"{sign} {check.Name}", $"{word}{check.Text}{(check.Advice is { } advice ? $". {advice}" : "")}", new Style(colour));
        }
    }

    private void WriteMachine(FactSheet sheet)
    {
        sheet.Title("This machine");
        var cores = System.PhysicalCores is { } physical ? $", {Quantity.Count(physical, "core")}" : "";
        sheet.Fact("processor", $"{ProcessorFacts.Name} ({ProcessorFacts.Architecture}){cores}, {Quantity.Count(Here.Processors, "thread")}");
        sheet.Fact("instructions", Here.InstructionSets.Count > 0 ? string.Join(' ', Here.InstructionSets) : "none known");
        if (System.Caches is { Count: > 0 } caches)
        {
            sheet.Fact("caches", string.Join(", ", caches.Select(cache => $"L{cache.Level} {cache.Bytes >> 10:N0} KiB")));
        }

        sheet.Fact("memory", $"{Quantity.Bytes(Here.PhysicalBytes)}{(System.AvailableBytes is { } free ? $", {Quantity.Bytes(free)} free" : "")}");
        sheet.Fact("runtime", ProcessorFacts.Framework);
        foreach (var (tier, reason) in Tiers())
        {
            sheet.Fact($"tier {Name(tier)}", reason);
        }
    }

    private void WriteSpeeds(FactSheet sheet)
    {
        sheet.Space();
        sheet.Title("Measured");
        foreach (var reads in Roofs.Reads.Where(read => read.Tier == Here.Detected).GroupBy(read => read.Where))
        {
            var of = reads.Key == Roofs.Memory ? $" (of {Quantity.Bytes(reads.First().Bytes)})" : "";
            sheet.Fact($"read {reads.Key}", string.Join(", ", reads.Select(Text)) + of);
        }

        foreach (var reads in Roofs.Reads.Where(read => read.Tier < Here.Detected).GroupBy(read => read.Tier).OrderByDescending(tier => tier.Key))
        {
            sheet.Fact($"read {Name(reads.Key)}", string.Join("; ", reads.GroupBy(read => read.Threads)
                .Select(places => $"{string.Join(", ", places.Select(read => $"{read.Where} {Quantity.Bytes(read.BytesPerSecond)}/s"))} with {Quantity.Count(places.Key, "thread")}")));
        }

        foreach (var peaks in Roofs.Peaks.GroupBy(peak => peak.Tier))
        {
            sheet.Fact($"float32 {Name(peaks.Key)}", Line(peaks, peak => peak.Float32, "GFLOP/s"));
            sheet.Fact($"int8 {Name(peaks.Key)}", Line(peaks, peak => peak.Int8, "GOP/s"));
        }

        sheet.Fact("bfloat16", $"not measured: {WhyNoBfloat16}");
        if (Roofs.BarrierSeconds is { } barrier)
        {
            sheet.Fact("barrier", $"{Quantity.Number(barrier * 1e6)} µs until {Quantity.Count(Here.Processors, "thread")} have met");
        }
    }

    private static string Text(ReadSpeed read) => $"{Quantity.Bytes(read.BytesPerSecond)}/s with {Quantity.Count(read.Threads, "thread")}";

    private static string Line(IEnumerable<PeakSpeed> peaks, Func<PeakSpeed, double> of, string unit) =>
        string.Join(", ", peaks.Select(peak => $"{Quantity.Number(of(peak) / Billion)} {unit} with {Quantity.Count(peak.Threads, "thread")}"));

    private IEnumerable<(Tier Tier, string Reason)> Tiers() => Enum.GetValues<Tier>().OrderDescending().Select(tier => (tier,
        tier == Here.Used ? tier < Here.Detected ? $"used: {Processor.Variable} asks for it" : "used: the widest that is there"
        : tier <= Here.Detected ? tier == Tier.Scalar ? "there: the reference" : "there"
        : tier <= Here.Possible ? "missing: the processor has it, but the runtime does not use it"
        : "missing: the processor does not have it"));

    private void WriteModel(Utf8JsonWriter json)
    {
        if (Model is not { } model)
        {
            json.WriteNull("model");
            return;
        }

        json.WriteStartObject("model");
        json.WriteString("path", model.Path);
        json.WriteNumber("weight_bytes", model.Bytes);
        json.WriteNumber("bytes_per_token", Math.Round(model.Cost.Bytes));
        json.WriteNumber("operations_per_token", Math.Round(model.Cost.Operations));
        json.WriteNumber("operations_per_prompt_token", Math.Round(model.Cost.PromptOperations));
        json.WriteNullable("generation_tokens_per_second_at_most", DecodeRoof);
        json.WriteNullable("prompt_tokens_per_second_at_most", PromptRoof);
        json.WriteEndObject();
    }

    private static string Name(Tier tier) => tier.ToString().ToLowerInvariant();
}
