using System.Text.Json;
using Sequitur.Cli.Output;
using Sequitur.Engine;
using Sequitur.Engine.Loading;

namespace Sequitur.Cli.Runs;

/// <summary>What <c>run --json</c> writes: one JSON object a line, described in <c>docs/commands/run.md</c>. New keys may come within a version; what is there keeps its meaning.</summary>
internal static class RunReport
{
    /// <summary>The name of the schema.</summary>
    public const string Schema = "sequitur.run";

    /// <summary>The name of the schema within a conversation.</summary>
    public const string ChatSchema = "sequitur.chat";

    /// <summary>Their version.</summary>
    public const int Version = 1;

    /// <summary>A piece of the answer.</summary>
    public static void WriteText(ResultStream output, ReadOnlySpan<byte> text)
    {
        var line = Line("text");
        line.Json.WriteString("text", text);
        line.WriteTo(output);
    }

    /// <summary>A message of a conversation that got no answer.</summary>
    public static void WriteRefusal(ResultStream output, int turn, string message)
    {
        var line = Line("error", ChatSchema);
        line.Json.WriteNumber("turn", turn);
        line.Json.WriteString("message", message);
        line.WriteTo(output);
    }

    /// <summary>The whole run.</summary>
    /// <param name="output">Receives the line.</param>
    /// <param name="path">The model as it was named.</param>
    /// <param name="engine">What ran it.</param>
    /// <param name="generation">The answer's tokens.</param>
    /// <param name="text">The answer, in UTF-8.</param>
    /// <param name="facts">What else is said.</param>
    public static void WriteEnd(ResultStream output, string path, TextEngine engine, Generation generation, ReadOnlySpan<byte> text, RunFacts facts)
    {
        var line = Line("end", facts.Turn is null ? Schema : ChatSchema);
        var json = line.Json;
        if (facts.Turn is { } turn)
        {
            json.WriteNumber("turn", turn);
        }

        json.WriteString("text", text);
        Ids(json, "ids", generation.Tokens);
        json.WriteString("finish_reason", Reason(generation.Reason));
        json.WriteString("stop_string", generation.StopString);
        json.WriteNullable("stop_token", generation.StopToken);
        json.WriteString("limit", generation.Reason switch { FinishReason.MaxTokens => "max_tokens", FinishReason.ContextLimit => "context", _ => null });
        json.WriteNumber("prompt_tokens", generation.Request.Ids.Count);
        json.WriteNumber("generated_tokens", generation.Tokens.Length);
        json.WriteNumber("context", engine.Engine.Context);
        json.WriteNumber("seed", generation.Request.Seed);
        json.WriteStartArray("samplers");
        foreach (var sampler in generation.Request.Samplers.Samplers)
        {
            json.WriteStringValue(sampler.ToString());
        }

        json.WriteEndArray();
        Model(json, path, engine.Model.Manifest);
        Facts(json, facts);
        line.WriteTo(output);
    }

    /// <summary>A reason as the API of chat services names it.</summary>
    public static string Reason(FinishReason reason) => reason switch
    {
        FinishReason.Stop => "stop",
        FinishReason.MaxTokens or FinishReason.ContextLimit => "length",
        FinishReason.Cancelled => "cancelled",
        _ => "error",
    };

    private static void Facts(Utf8JsonWriter json, RunFacts facts)
    {
        if (facts.Heading is { } heading)
        {
            json.WriteString("answer", heading);
        }

        facts.Comparison?.WriteTo(json);
        if (facts.Statistics is { } statistics)
        {
            json.WriteStartObject("stats");
            json.WriteNumber("load_seconds", statistics.LoadSeconds);
            json.WriteNumber("first_token_seconds", statistics.FirstTokenSeconds);
            json.WriteNumber("prompt_tokens_per_second", statistics.PromptSpeed);
            json.WriteNumber("generation_tokens_per_second", statistics.GenerationSpeed ?? 0);
            json.WriteNumber("peak_memory_bytes", RunStatistics.PeakMemory);
            json.WriteNumber("reduced_runs", statistics.ReducedRuns);
            json.WriteSpeculation("lookup", statistics.Speculation, statistics.WhyNoSpeculation);
            json.WriteEndObject();
        }
    }

    private static JsonLine Line(string kind, string schema = Schema)
    {
        var line = new JsonLine(schema, Version);
        line.Json.WriteString("event", kind);
        return line;
    }

    private static void Model(Utf8JsonWriter json, string path, ModelManifest manifest)
    {
        json.WriteStartObject("model");
        json.WriteString("path", path);
        json.WriteString("name", manifest.Name);
        json.WriteString("sha256", manifest.Sha256);
        json.WriteEndObject();
    }

    private static void Ids(Utf8JsonWriter json, string name, ReadOnlySpan<int> ids)
    {
        json.WriteStartArray(name);
        foreach (var id in ids)
        {
            json.WriteNumberValue(id);
        }

        json.WriteEndArray();
    }
}
