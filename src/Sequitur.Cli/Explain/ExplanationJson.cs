using System.Text;
using System.Text.Json;
using Sequitur.Cli.Output;
using Sequitur.Cli.Runs;
using Sequitur.Engine.Sampling;
using Sequitur.Insight;

namespace Sequitur.Cli.Explain;

/// <summary>What <c>explain --json</c> writes: one JSON object with all of an explanation, described in <c>docs/commands/explain.md</c>.</summary>
/// <param name="text">The explanation.</param>
/// <param name="path">The model as it was named.</param>
internal sealed class ExplanationJson(ExplainText text, string path)
{
    private const string Schema = "sequitur.explain";
    private const int Version = 1;
    private const int MostRemoved = 16;

    private readonly Explanation _run = text.Explanation;
    private readonly JsonLine _line = new(Schema, Version);

    private Utf8JsonWriter Json => _line.Json;

    /// <summary>Writes the object's line.</summary>
    public void WriteTo(ResultStream output)
    {
        WriteModel();
        Json.WriteString("prompt", Encoding.UTF8.GetString(_run.Text));
        Json.WriteObjects("tokens", _run.Tokens, WriteToken);
        Object("positions", WritePositions);
        Json.WriteObjects("layers", _run.Layers, WriteLayer);
        WriteFirst();
        Json.WriteObjects("patterns", _run.Patterns, WritePattern);
        Json.WriteObjects("lens", _run.Lens, WriteLens);
        Object("head", WriteHead);
        Json.WriteObjects("samplers", _run.Choices, WriteChoice);
        Json.WriteObjects("turns", _run.Turns, WriteTurn);
        Object("end", WriteEnd);
        Json.WriteString("text", Encoding.UTF8.GetString(_run.Answer));
        if (text.Changes is { } changes)
        {
            Json.WriteString("text_before_changes", changes.Before);
            changes.Comparison.WriteTo(Json);
        }

        Json.WriteStartArray("left_out");
        foreach (var omission in _run.Omissions)
        {
            Json.WriteStringValue(omission);
        }

        Json.WriteEndArray();
        _line.WriteTo(output);
    }

    private void WriteModel() => Object("model", () =>
    {
        var model = _run.Model;
        Json.WriteString("path", path);
        Json.WriteString("name", model.Name);
        Json.WriteString("family", model.Family);
        Json.WriteNumber("parameters", model.Parameters);
        Json.WriteNumber("layers", model.Layers);
        Json.WriteNumber("heads", model.Heads);
        Json.WriteNumber("width", model.Width);
        Json.WriteNumber("vocabulary", model.Vocabulary);
        Json.WriteNumber("context", model.Context);
        Json.WriteBoolean("float32", model.IsFloat32);
    });

    private void WriteToken(ExplainedToken token)
    {
        Json.WriteNumber("id", token.Id);
        Json.WriteString("piece", Piece(token.Id));
        Json.WriteNumber("start", token.Start);
        Json.WriteNumber("end", token.Start + token.Length);
        Json.WriteBoolean("special", token.IsSpecial);
        Json.WriteObjects("merges", token.Merges, step =>
        {
            Json.WriteString("left", Piece(step.Left));
            Json.WriteString("right", Piece(step.Right));
            Json.WriteNumber("id", step.Result);
            Json.WriteNumber("rank", step.Rank);
        });
        var embedded = _run.Embeddings[token.Position];
        Row("embedding", embedded.Row);
        Row("token_row", embedded.Token);
        Row("position_row", embedded.Position);
    }

    private void Row(string name, NumberRow? row)
    {
        if (row is null)
        {
            Json.WriteNull(name);
            return;
        }

        Object(name, () =>
        {
            Numbers("first", row.First);
            Numbers("last", row.Last);
            Json.WriteNullable("norm", row.Norm);
        });
    }

    private void WritePositions()
    {
        Json.WriteBoolean("learned", _run.Positions.IsLearned);
        Json.WriteObjects("rotary", _run.Positions.Rotary, set =>
        {
            Json.WriteString("name", set.Name);
            Json.WriteNumber("columns", set.Columns);
            Json.WriteNullable("scale", set.Scale);
            Numbers("frequencies", set.Frequencies);
        });
    }

    private void WriteLayer(ExplainedLayer layer)
    {
        Json.WriteNumber("layer", layer.Index);
        Json.WriteNullable("stream_norm", layer.StreamLength);
        Json.WriteNullable("attention_norm", layer.AttentionLength);
        Json.WriteNullable("feed_forward_norm", layer.FeedForwardLength);
        Json.WriteNullable("attention_logit", layer.AttentionLogit);
        Json.WriteNullable("feed_forward_logit", layer.FeedForwardLogit);
        WriteGuess("lens", layer.Guess);
        Json.WriteObjects("heads", layer.Heads, head =>
        {
            Json.WriteNumber("head", head.Index);
            Json.WriteNullable("entropy", head.Entropy);
            Json.WriteNullable("first", head.First);
            Json.WriteNullable("previous", head.Previous);
            Json.WriteNullable("self", head.Self);
            Json.WriteNullable("logit", head.Logit);
            Json.WriteObjects("links", head.Links, link =>
            {
                Json.WriteNumber("position", link.Position);
                Json.WriteNullable("weight", link.Weight);
            });
        });
    }

    private void WriteGuess(string name, LensRow? guess)
    {
        if (guess is null)
        {
            Json.WriteNull(name);
            return;
        }

        Object(name, () =>
        {
            Token(guess.Best);
            Json.WriteNullable("probability", guess.BestProbability);
            Json.WriteNumber("rank_of_chosen", guess.Rank);
            Json.WriteNullable("probability_of_chosen", guess.Probability);
        });
    }

    private void WriteFirst()
    {
        WriteGuess("embedding_lens", _run.FirstGuess);
        if (_run.Logit is not { } logit)
        {
            Json.WriteNull("logit");
            return;
        }

        Object("logit", () =>
        {
            Token(logit.Token);
            Json.WriteNullable("embedding", logit.Embedding);
            Json.WriteNullable("attention", logit.Attention.Sum());
            Json.WriteNullable("feed_forward", logit.FeedForward.Sum());
            Json.WriteNullable("bias", logit.Bias);
            Json.WriteNullable("remainder", logit.Remainder);
            Json.WriteNullable("raw_logit", logit.RawLogit);
        });
    }

    private void WritePattern(AttentionPattern pattern)
    {
        Json.WriteNumber("layer", pattern.Layer);
        Json.WriteNumber("head", pattern.Head);
        Json.WriteNumber("first_position", pattern.FirstPosition);
        Json.WriteStartArray("weights");
        foreach (var row in pattern.Weights)
        {
            Numbers(null, row);
        }

        Json.WriteEndArray();
    }

    private void WriteLens(LensColumn column)
    {
        Json.WriteNumber("position", column.Position);
        Json.WriteObjects("depths", column.Rows, guess =>
        {
            Json.WriteNumber("depth", guess.Depth);
            Token(guess.Token);
            Json.WriteNullable("probability", guess.Probability);
        });
    }

    private void WriteHead()
    {
        Json.WriteNullable("divisor", _run.Head.Divisor);
        Json.WriteNullable("stream_norm", _run.Head.StreamLength);
        Json.WriteNullable("entropy", _run.Head.Entropy);
        Json.WriteNullable("log_sum_exp", _run.Head.LogSumExp);
        Json.WriteObjects("candidates", _run.Head.Candidates, candidate =>
        {
            Token(candidate.Id);
            Json.WriteNullable("logit", candidate.Logit);
            Json.WriteNullable("probability", candidate.Probability);
            Json.WriteString("removed_by", candidate.RemovedBy);
        });
    }

    private void WriteChoice(SamplingReport choice)
    {
        Token(choice.Token);
        Json.WriteNumber("position", choice.Position);
        Json.WriteNullable("model_probability", choice.ModelProbability);
        Json.WriteNullable("probability", choice.Probability);
        Json.WriteObjects("steps", choice.Steps, step =>
        {
            Json.WriteString("sampler", step.Sampler);
            Json.WriteNumber("before", step.Before);
            Json.WriteNumber("after", step.After);
            Json.WriteNullable("mass_before", step.MassBefore);
            Json.WriteNullable("mass_after", step.MassAfter);
            Json.WriteNumber("removed", step.Removed.Count);
            Json.WriteStartArray("removed_ids");
            foreach (var id in step.Removed.Take(MostRemoved))
            {
                Json.WriteNumberValue(id);
            }

            Json.WriteEndArray();
            Json.WriteNumber("changed", step.Changed);
        });
    }

    private void WriteTurn(ExplainedTurn turn)
    {
        Json.WriteNumber("turn", turn.Number);
        Json.WriteNumber("tokens_in", turn.Taken);
        Token(turn.Token);
        Json.WriteNullable("probability", turn.Probability);
        Json.WriteBoolean("stops", turn.IsStop);
        Json.WriteNumber("cache_positions", turn.Positions);
        Json.WriteNumber("cache_pages", turn.Pages);
        Json.WriteNumber("cache_bytes", turn.Bytes);
        Json.WriteNumber("start", turn.Start);
        Json.WriteNumber("end", turn.Start + turn.Length);
    }

    private void WriteEnd()
    {
        Json.WriteString("finish_reason", RunReport.Reason(_run.End.Reason));
        Json.WriteString("stop_string", _run.End.StopString);
        if (_run.End.StopToken is { } token)
        {
            Json.WriteNumber("stop_token", token);
        }
        else
        {
            Json.WriteNull("stop_token");
        }

        Json.WriteNumber("max_tokens", _run.End.MaxTokens);
    }

    // An id with its text; a text that is no whole character has U+FFFD in it, and the id says which token it is.
    private void Token(int id)
    {
        Json.WriteNumber("id", id);
        Json.WriteString("piece", Piece(id));
    }

    private string Piece(int id) => id < text.Vocabulary.Count ? Encoding.UTF8.GetString(text.Vocabulary.BytesOf(id)) : "";

    private void Object(string name, Action write)
    {
        Json.WriteStartObject(name);
        write();
        Json.WriteEndObject();
    }

    private void Numbers(string? name, IEnumerable<float> numbers)
    {
        if (name is null)
        {
            Json.WriteStartArray();
        }
        else
        {
            Json.WriteStartArray(name);
        }

        foreach (var number in numbers)
        {
            if (float.IsFinite(number))
            {
                Json.WriteNumberValue(number);
            }
            else
            {
                Json.WriteNullValue();
            }
        }

        Json.WriteEndArray();
    }
}
