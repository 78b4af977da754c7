using System.Text.Json;
using Sequitur.Cli.Output;
using Sequitur.Insight;

namespace Sequitur.Cli.Why;

/// <summary><c>why</c> as JSON: an object a line, as it comes.</summary>
/// <param name="output">Where it is written.</param>
/// <param name="names">The vocabulary.</param>
internal sealed class WhyJson(ResultStream output, TokenNames names) : IWhyReport
{
    /// <summary>The name of the schema.</summary>
    public const string Schema = "sequitur.why";

    /// <summary>Its version.</summary>
    public const int Version = 1;

    public void Choice(WhyAnswer answer)
    {
        var line = Line("choice");
        line.Json.WriteNumber("index", answer.Index);
        line.Json.WriteStartArray("changes");
        foreach (var change in answer.Changes)
        {
            line.Json.WriteStringValue(change);
        }

        line.Json.WriteEndArray();
        Write(line.Json, "choice", answer.Explained);
        if (answer.Changed is not null)
        {
            Write(line.Json, "before", answer.Choice);
        }

        line.WriteTo(output);
    }

    public void Gradients(ImportanceStream importance, IReadOnlyList<int> passes, TimeSpan? estimate)
    {
        var line = Line("gradients");
        line.Json.WriteNumber("log_probability", importance.Unchanged);
        if (importance.Gradients is { } gradients)
        {
            line.Json.WriteNumbers("gradient_x_input", gradients);
        }
        else
        {
            line.Json.WriteNull("gradient_x_input");
            line.Json.WriteString("no_gradients", importance.NoGradients);
        }

        line.Json.WriteStartArray("passes");
        foreach (var position in passes)
        {
            line.Json.WriteNumberValue(position);
        }

        line.Json.WriteEndArray();
        if (estimate is { } time)
        {
            line.Json.WriteNumber("estimated_seconds", Math.Ceiling(time.TotalSeconds));
        }

        line.WriteTo(output);
    }

    public void Pass(Importance importance)
    {
        var line = Line("importance");
        line.Json.WriteNumber("position", importance.Position);
        line.Json.WriteNullable("remove", importance.Removed);
        line.Json.WriteNullable("mask", importance.Masked);
        line.WriteTo(output);
    }

    public void End() => Line("end").WriteTo(output);

    private void Write(Utf8JsonWriter json, string name, TokenChoice choice)
    {
        json.WriteStartObject(name);
        Token(json, "token", choice.Token);
        Token(json, "runner_up", choice.RunnerUp);
        json.WriteStartArray("ids");
        foreach (var id in choice.Ids)
        {
            json.WriteNumberValue(id);
        }

        json.WriteEndArray();
        json.WriteNumber("entropy", choice.Entropy);
        json.WriteStartArray("candidates");
        foreach (var candidate in choice.Candidates)
        {
            json.WriteStartObject();
            json.WriteNumber("id", candidate.Id);
            json.WriteString("text", names.Text(candidate.Id));
            json.WriteNumber("logit", candidate.Logit);
            json.WriteNumber("probability", candidate.Probability);
            json.WriteString("removed_by", candidate.RemovedBy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteSamplers(json, choice);
        json.WriteNumber("final_norm_divisor", choice.FinalNormDivisor);
        WriteAttribution(json, "logit", choice.Logit);
        WriteAttribution(json, "lead", choice.Lead);
        WriteLens(json, choice);
        json.WriteEndObject();
    }

    private static void WriteSamplers(Utf8JsonWriter json, TokenChoice choice)
    {
        json.WriteStartArray("samplers");
        foreach (var step in choice.Sampling?.Steps ?? [])
        {
            json.WriteStartObject();
            json.WriteString("sampler", step.Sampler);
            json.WriteNumber("before", step.Before);
            json.WriteNumber("after", step.After);
            json.WriteNumber("mass_before", step.MassBefore);
            json.WriteNumber("mass_after", step.MassAfter);
            json.WriteNumber("changed", step.Changed);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNullable("probability_after_samplers", choice.Sampling?.Probability);
    }

    private static void WriteAttribution(Utf8JsonWriter json, string name, Attribution attribution)
    {
        json.WriteStartObject(name);
        json.WriteNumber("embedding", attribution.Embedding);
        json.WriteNumbers("attention", attribution.Attention);
        json.WriteNumbers("feed_forward", attribution.FeedForward);
        json.WriteStartArray("heads");
        foreach (var heads in attribution.Heads)
        {
            json.WriteNumbers(null, heads);
        }

        json.WriteEndArray();
        json.WriteNumbers("attention_bias", attribution.AttentionBias);
        json.WriteNumber("bias", attribution.Bias);
        json.WriteNumber("remainder", attribution.Remainder);
        json.WriteNumber("raw_logit", attribution.RawLogit);
        json.WriteEndObject();
    }

    private void WriteLens(Utf8JsonWriter json, TokenChoice choice)
    {
        json.WriteStartArray("lens");
        foreach (var row in choice.Lens)
        {
            json.WriteStartObject();
            json.WriteNumber("depth", row.Depth);
            json.WriteNumber("best", row.Best);
            json.WriteString("best_text", names.Text(row.Best));
            json.WriteNumber("best_probability", row.BestProbability);
            json.WriteNumber("rank", row.Rank);
            json.WriteNumber("probability", row.Probability);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Token(Utf8JsonWriter json, string name, int id)
    {
        json.WriteStartObject(name);
        json.WriteNumber("id", id);
        json.WriteString("text", names.Text(id));
        json.WriteEndObject();
    }

    private static JsonLine Line(string kind)
    {
        var line = new JsonLine(Schema, Version);
        line.Json.WriteString("event", kind);
        return line;
    }
}
