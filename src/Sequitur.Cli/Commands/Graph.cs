using System.CommandLine;
using System.Text;
using Sequitur.Cli.Graphs;
using Sequitur.Cli.Output;
using Sequitur.Engine;
using Sequitur.Engine.Loading;
using Sequitur.Kernels;

namespace Sequitur.Cli.Commands;

/// <summary><c>sequitur graph [MODEL]</c>: what a model computes, before and after fusion, as text, as a picture, as JSON.</summary>
[Command("graph")]
public sealed class Graph : ICommand
{
    private readonly Argument<string?> _model = ModelArgument.Create();
    private readonly Option<string?> _stage = Flags.OneOf("--stage", "The graph as the model wrote it, with every numerical choice made, or fused; by default fused", [.. GraphStage.Names, "all"]);
    private readonly Option<int?> _layer = Flags.Whole("--layer", "Show this layer only", 0, int.MaxValue);
    private readonly Option<bool> _allLayers = new("--all-layers") { Description = "Show every layer, not only one of those that are alike" };
    private readonly Option<string?> _svg = Flags.Text<string?>("--svg", "Also draw the graph before and after fusion side by side into this file", "a path");
    private readonly Option<bool> _json = new("--json") { Description = "Write one JSON object instead of tables" };
    private readonly Option<int?> _context = Flags.Whole("--context", "Positions that the cache is laid out for; by default the model's", 1, int.MaxValue);
    private readonly Option<string?> _compute = Flags.OneOf("--compute", "How products with quantized weights are computed; by default auto", "auto", "f32");

    /// <inheritdoc/>
    public Command Create(CommandIo io)
    {
        var command = new Command("graph", "Show what a model computes, before and after fusion") { _model, _stage, _layer, _allLayers, _svg, _json, _context, _compute };
        command.SetAction(parsed =>
        {
            Show(parsed, io);
            return (int)ExitCode.Success;
        });
        return command;
    }

    private void Show(ParseResult parsed, CommandIo io)
    {
        if (parsed.GetValue(_layer) is not null && parsed.GetValue(_allLayers))
        {
            throw new UsageException("--layer shows one layer and --all-layers all of them: choose one");
        }

        var path = parsed.GetValue(_model) ?? EmbeddedModel.Path;
        using var loaded = ModelLoader.Load(path);
        var stages = GraphStage.Of(loaded.Model, new EngineOptions { Float32 = parsed.GetValue(_compute) == "f32", Context = parsed.GetValue(_context) });
        var asked = parsed.GetValue(_stage) ?? GraphStage.Names[^1];
        var shown = stages.Where(stage => asked == "all" || stage.Name == asked).Select(stage => (Stage: stage, Sections: Choose(parsed, stage))).ToList();
        if (parsed.GetValue(_svg) is { } file)
        {
            var picture = GraphPicture.Draw(Path.GetFileName(Path.TrimEndingDirectorySeparator(path)), stages, stage => Choose(parsed, stage));
            AtomicFile.Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(picture)));
            io.Error.WriteLine($"the picture is in {PrintableText.Of(file)}");
        }

        var cost = TokenCost.Of(loaded.Model);
        if (parsed.GetValue(_json))
        {
            GraphJson.Write(io.Output, path, cost, [.. shown.Select(part => (part.Stage, part.Sections.All))]);
            return;
        }

        WriteText(new GraphPage(new ResultWriter(io.Output), io.Terminal.Width), loaded, cost, shown);
    }

    private static void WriteText(GraphPage page, LoadedModel loaded, TokenCost cost, List<(GraphStage Stage, GraphSections Sections)> shown)
    {
        page.Line($"{loaded.Model.GetType().Name}: a token reads {Quantity.Bytes(cost.Bytes)} of weights and takes {Quantity.Number(cost.Operations / 1e6)} million operations");
        foreach (var (stage, sections) in shown)
        {
            page.Line("");
            page.WriteHead(stage, loaded.Model.Phases.Count);
            foreach (var section in sections.All)
            {
                page.WriteSection(section);
            }
        }
    }

    private GraphSections Choose(ParseResult parsed, GraphStage stage)
    {
        var layer = parsed.GetValue(_layer);
        var sections = new GraphSections(stage, alike: layer is null && !parsed.GetValue(_allLayers));
        return layer is null ? sections
            : layer < sections.Layers ? sections.Only(layer.Value)
            : throw new UsageException(sections.Layers == 0 ? "--layer: the model has no layers" : $"--layer {layer}: the model has layers 0 to {sections.Layers - 1}");
    }
}
