using Sequitur.Cli.Output;
using Sequitur.Tensors;
using Sequitur.Tensors.Ops;

namespace Sequitur.Cli.Graphs;

/// <summary>Graphs as tables of text.</summary>
internal sealed class GraphPage(TextWriter writer, int width)
{
    /// <summary>What a stage is, and its totals.</summary>
    public void WriteHead(GraphStage stage, int entries)
    {
        Line($"{stage.Name} graph{(entries > 1 ? $" of {stage.Phase}" : "")}: {Quantity.Count(stage.Count, "operation")} in {Quantity.Count(stage.Phases, "phase")}");
        foreach (var (rule, times) in stage.Fired.OrderByDescending(fired => fired.Value).ThenBy(fired => fired.Key, StringComparer.Ordinal))
        {
            Line($"  fused {rule} {Quantity.Count(times, "time")}");
        }
    }

    /// <summary>A part of a graph.</summary>
    public void WriteSection(GraphSection section)
    {
        var alike = section.Layers.Count > 1 ? $", alike: {section.Layers.Count} ×" : ":";
        Line($"\n{section.Title}{alike} {Quantity.Count(section.Nodes.Count(node => !node.Op.IsView), "operation")}");
        var table = new TextTable(
            new("result", Overflow: Overflow.CutEnd), new("shape"), new("operation", Overflow: Overflow.CutEnd), new("reads", Overflow: Overflow.CutEnd), new("weights", Overflow: Overflow.CutEnd))
        { Indent = 2 };
        foreach (var node in section.Nodes)
        {
            var result = node.Outputs[0];
            table.Add(
                PrintableText.Of(OperationText.Name(result)), result.IsEffect ? "(stored)" : $"{result.Shape}", OperationText.Of(node),
                PrintableText.Of(string.Join(", ", Reads(node).Select(OperationText.Name))), OperationText.Weights(node));
        }

        table.WriteTo(writer, width);
    }

    // Which rows belong to which sequence, and which pages they lie on, is read by every attention and says nothing.
    private static IEnumerable<Tensor> Reads(Node node)
    {
        var values = OperationText.Reads(node).ToList();
        return values.Any(value => value.Node.Op is not InputValue) ? values.Where(value => value.Node.Op is not InputValue) : values;
    }

    public void Line(string text)
    {
        foreach (var line in CellText.Fold(text.TrimStart('\n'), width).Prepend(text.StartsWith('\n') ? "" : null).OfType<string>())
        {
            writer.Write(line + "\n");
        }
    }
}
