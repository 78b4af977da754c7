using System.Text.Json;
using Sequitur.Cli.Output;
using Sequitur.Engine;
using Sequitur.Tensors;

namespace Sequitur.Cli.Graphs;

/// <summary>Graphs as JSON.</summary>
internal static class GraphJson
{
    /// <summary>The name of the schema.</summary>
    public const string Schema = "sequitur.graph";

    /// <summary>Its version.</summary>
    public const int Version = 1;

    /// <summary>Writes stages with their parts.</summary>
    public static void Write(ResultStream output, string model, TokenCost cost, IReadOnlyList<(GraphStage Stage, IReadOnlyList<GraphSection> Sections)> stages)
    {
        var line = new JsonLine(Schema, Version);
        line.Json.WriteString("model", model);
        line.Json.WriteNumber("bytes_per_token", cost.Bytes);
        line.Json.WriteNumber("operations_per_token", cost.Operations);
        line.Json.WriteStartArray("stages");
        foreach (var (stage, sections) in stages)
        {
            Write(line.Json, stage, sections);
        }

        line.Json.WriteEndArray();
        line.WriteTo(output);
    }

    private static void Write(Utf8JsonWriter json, GraphStage stage, IReadOnlyList<GraphSection> sections)
    {
        json.WriteStartObject();
        json.WriteString("entry", stage.Phase);
        json.WriteString("stage", stage.Name);
        json.WriteNumber("operations", stage.Count);
        json.WriteNumber("phases", stage.Phases);
        json.WriteStartObject("fused");
        foreach (var (rule, times) in stage.Fired)
        {
            json.WriteNumber(rule, times);
        }

        json.WriteEndObject();
        json.WriteStartArray("parts");
        foreach (var section in sections)
        {
            json.WriteStartObject();
            json.WriteString("title", section.Title);
            json.WriteNumbers("layers", section.Layers.Select(layer => (double)layer));
            json.WriteStartArray("nodes");
            foreach (var node in section.Nodes)
            {
                Write(json, node);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Node node)
    {
        json.WriteStartObject();
        json.WriteString("result", node.Outputs[0].Name ?? OperationText.Name(node.Outputs[0]));
        json.WriteString("operation", OperationText.Of(node));
        json.WriteString("type", $"{node.Outputs[0].Type}");
        json.WriteStartArray("shape");
        foreach (var size in node.Outputs[0].Shape.Dimensions)
        {
            if (size.IsKnown)
            {
                json.WriteNumberValue(size.Factor);
            }
            else
            {
                json.WriteStringValue($"{size}");
            }
        }

        json.WriteEndArray();
        json.WriteStartArray("reads");
        foreach (var value in OperationText.Reads(node))
        {
            json.WriteStringValue(value.Name ?? OperationText.Name(value));
        }

        json.WriteEndArray();
        json.WriteStartArray("weights");
        foreach (var weight in OperationText.WeightsOf(node))
        {
            json.WriteStartObject();
            json.WriteString("name", weight.Name);
            json.WriteString("format", weight.Weight.Format.Name);
            json.WriteNumbers("shape", weight.Shape.Dimensions.Select(size => (double)size.Factor));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
