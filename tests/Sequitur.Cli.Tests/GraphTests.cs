using System.Text.Json;
using System.Xml.Linq;
using Sequitur.Cli.Graphs;
using Sequitur.Engine;
using Sequitur.Engine.Loading;

namespace Sequitur.Cli.Tests;

public sealed class GraphTests : IDisposable
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    private readonly string _folder = Directory.CreateTempSubdirectory("sequitur-").FullName;

    public static TheoryData<string, int> Models => new()
    {
        { "decoders/llama_mha", 1 }, { "decoders/mixtral", 1 }, { "decoders/gemma2", 2 }, { "decoders/gpt2", 1 }, { "decoders/rwkv", 1 }, { "decoders/deepseek_v3", 2 }, { "encoders/bert-mlm", 1 }, { "encoder-decoders/t5", 1 },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Models))]
    public void Graph_OfAFamily_ShowsEveryOperationOnce(string name, int kinds)
    {
        using var loaded = ModelLoader.Load(Model(name));
        foreach (var stage in GraphStage.Of(loaded.Model, new EngineOptions()))
        {
            var all = new GraphSections(stage, alike: false);
            all.All.SelectMany(section => section.Nodes).ShouldBe(stage.Operations, ignoreOrder: true);

            var alike = new GraphSections(stage);
            alike.All.Where(section => section.Layers.Count > 0).SelectMany(section => section.Layers).Order().ShouldBe(Enumerable.Range(0, all.Layers));
            alike.All.Count(section => section.Layers.Count > 0).ShouldBe(stage.Name == "original" ? kinds : alike.All.Count(section => section.Layers.Count > 0));
            alike.All.Sum(section => section.Nodes.Count * Math.Max(section.Layers.Count, 1)).ShouldBe(stage.Operations.Count);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Graph_Svg_IsAWholePicture(string name, int kinds)
    {
        _ = kinds;
        var file = Path.Combine(_folder, "graph.svg");
        var result = CliResult.Of("graph", Model(name), "--svg", file);

        result.Code.ShouldBe(0, result.Error);
        var picture = XDocument.Load(file).Root!;
        using var loaded = ModelLoader.Load(Model(name));
        var drawn = GraphStage.Of(loaded.Model, new EngineOptions()).Where(stage => stage.Name != "original").Select(stage => new DrawnStage(stage, new GraphSections(stage))).ToList();
        // The legend has a line of the stream and one that only orders.
        picture.Elements(Svg + "path").Count().ShouldBe(drawn.Sum(stage => stage.Edges.Count) + 2);
        picture.Elements(Svg + "rect").Count(box => box.Attribute("class")!.Value.StartsWith("box", StringComparison.Ordinal)).ShouldBe(drawn.Sum(stage => stage.Boxes.Count));
        foreach (var stage in drawn)
        {
            stage.Spine.Select(box => stage.Boxes[box].X).Distinct().Count().ShouldBe(1);
            stage.Boxes.ShouldAllBe(box => box.X - (box.Width / 2) >= -1e-6);
        }
    }

    [Fact]
    public void Graph_Totals_AreThoseOfThePlan()
    {
        using var loaded = ModelLoader.Load(Repository.Model);
        using var engine = new InferenceEngine(loaded.Model, new EngineOptions { Threads = 1, Context = 64 });
        var fused = GraphStage.Of(loaded.Model, new EngineOptions { Context = 64 })[^1];

        fused.Phases.ShouldBe(engine.Plan.Variants[0].Phases.Count);
        fused.Count.ShouldBe(engine.Plan.Variants[0].Phases.Sum(phase => phase.Count));
        fused.Fired.OrderBy(fired => fired.Key).ShouldBe(engine.Plan.Fired.OrderBy(fired => fired.Key));
    }

    [Fact]
    public void Graph_Json_HasEveryStage()
    {
        var result = CliResult.Of("graph", Repository.Model, "--stage", "all", "--json");
        using var json = JsonDocument.Parse(result.Output);
        json.RootElement.GetProperty("schema").GetString().ShouldBe("sequitur.graph");
        json.RootElement.GetProperty("version").GetInt32().ShouldBe(1);
        json.RootElement.GetProperty("stages").EnumerateArray().Select(stage => (stage.GetProperty("stage").GetString(), stage.GetProperty("operations").GetInt32()))
            .ShouldBe([("original", 485), ("lowered", 636), ("fused", 425)]);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(80)]
    [InlineData(160)]
    public void Graph_Page_FitsTheTerminal(int width)
    {
        var output = new MemoryStream();
        CommandLine.Run(["graph", Repository.Model], output, new StringWriter(), terminal: new Output.TerminalFacts { Width = width }).ShouldBe(0);
        System.Text.Encoding.UTF8.GetString(output.ToArray()).Split('\n').ShouldAllBe(line => line.Length <= width);
    }

    [Fact]
    public void Graph_ALayerThatIsNotThere_IsUsage() => CliResult.Of("graph", Repository.Model, "--layer", "30").ShouldFail(2, "layers 0 to 29");

    [Fact]
    public void Graph_OneLayerAndAll_IsUsage() => CliResult.Of("graph", Repository.Model, "--layer", "3", "--all-layers").ShouldFail(2, "choose one");

    [Fact]
    public void Graph_UnknownStage_IsUsage() => CliResult.Of("graph", Repository.Model, "--stage", "melted").ShouldFail(2, "--stage");

    [Fact]
    public void Graph_SvgIntoADirectory_FailsAndWritesNothing()
    {
        CliResult.Of("graph", Repository.Model, "--svg", _folder).ShouldFail(1, "directory");
        Directory.EnumerateFileSystemEntries(_folder).ShouldBeEmpty();
    }

    private static string Model(string name) => Path.Combine(Repository.Root, "tests", "conformance", "models", Path.Combine(name.Split('/')));
}
