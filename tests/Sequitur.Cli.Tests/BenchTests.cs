using System.Text;
using System.Text.Json;
using Sequitur.Cli.Output;
using Sequitur.Engine;
using Sequitur.Engine.Loading;

namespace Sequitur.Cli.Tests;

public sealed class BenchTests
{
    private static readonly string[] Small = ["bench", "--model", Repository.Model, "--prompt", "12", "--generate", "6", "--repeat", "3", "--threads", "1"];

    [Theory]
    [InlineData(0, 1)]
    [InlineData(5, 1)]
    [InlineData(3, 4)]
    public void Bench_Json_HasItsShapeAndTheIdsOfThePlainEngine(int depth, int batch)
    {
        var result = CliResult.Of([.. Small, "--json", "--depth", $"{depth}", "--batch", $"{batch}"]);

        result.Code.ShouldBe(0, result.Error);
        result.Error.ShouldBeEmpty();
        result.Output.TrimEnd('\n').ShouldNotContain("\n");
        using var json = JsonDocument.Parse(result.Output);
        var root = json.RootElement;
        root.GetProperty("schema").GetString().ShouldBe("sequitur.bench");
        root.GetProperty("version").GetInt32().ShouldBe(1);
        root.GetProperty("model").GetProperty("path").GetString().ShouldBe(Repository.Model);
        root.GetProperty("threads").GetInt32().ShouldBe(1);
        root.GetProperty("depth").GetInt32().ShouldBe(depth);
        root.GetProperty("batch").GetInt32().ShouldBe(batch);
        root.GetProperty("load_seconds").GetDouble().ShouldBeGreaterThan(0);
        root.GetProperty("peak_memory_bytes").GetInt64().ShouldBeGreaterThan(50_000_000);
        root.GetProperty("processor").GetString().ShouldBe(Kernels.ProcessorFacts.Name);
        root.GetProperty("tier").GetString().ShouldBe(Kernels.Processor.Default.Tier.ToString().ToLowerInvariant());
        foreach (var (part, tokens) in new[] { ("prompt", 12), ("generation", 6) })
        {
            var speed = root.GetProperty(part);
            speed.GetProperty("tokens").GetInt32().ShouldBe(tokens);
            speed.GetProperty("minimum").GetDouble().ShouldBeGreaterThan(0);
            speed.GetProperty("tokens_per_second").GetDouble().ShouldBeInRange(speed.GetProperty("minimum").GetDouble(), speed.GetProperty("maximum").GetDouble());
        }

        root.GetProperty("generation").GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ShouldBe(Alone(depth, 6));
    }

    [Fact]
    public void Bench_Lookup_GivesThePlainIdsAndSaysWhatItDid()
    {
        string[] asked = [.. Small[..^6], "--generate", "24", "--repeat", "1", "--threads", "1"];
        using var plain = JsonDocument.Parse(CliResult.Of([.. asked, "--json"]).Output);
        using var lookup = JsonDocument.Parse(CliResult.Of([.. asked, "--json", "--lookup", "4"]).Output);
        var page = CliResult.Of([.. asked, "--lookup", "4"]);

        plain.RootElement.GetProperty("lookup").GetInt32().ShouldBe(0);
        plain.RootElement.GetProperty("generation").GetProperty("lookup").ValueKind.ShouldBe(JsonValueKind.Null);
        lookup.RootElement.GetProperty("lookup").GetInt32().ShouldBe(4);
        var counts = lookup.RootElement.GetProperty("generation").GetProperty("lookup");
        counts.GetProperty("passes").GetInt32().ShouldBeInRange(1, 23);
        counts.GetProperty("accepted").GetInt32().ShouldBeLessThanOrEqualTo(counts.GetProperty("drafted").GetInt32());
        counts.GetProperty("tokens_per_pass").GetDouble().ShouldBeGreaterThanOrEqualTo(1);
        Ids(lookup).ShouldBe(Ids(plain));
        page.Output.ShouldContain("look-up of 4 tokens");

        static IEnumerable<int> Ids(JsonDocument report) => report.RootElement.GetProperty("generation").GetProperty("ids").EnumerateArray().Select(id => id.GetInt32());
    }

    [Theory]
    [InlineData(20)]
    [InlineData(80)]
    [InlineData(160)]
    public void Bench_Page_FitsTheTerminal(int width)
    {
        var output = new MemoryStream();
        CommandLine.Run(Small, output, new StringWriter(), terminal: new TerminalFacts { Width = width }).ShouldBe(0);

        var page = Encoding.UTF8.GetString(output.ToArray());
        page.Split('\n').ShouldAllBe(line => line.Length <= width);
        page.ShouldContain("prompt 12");
        page.ShouldContain("generation 6");
        page.ShouldContain("tokens/s");
        page.ShouldContain("peak memory");
        page.ShouldNotContain("\u001b");
    }

    [Theory]
    [InlineData(4, "depth 10 + prompt 20 + generation 40 = 70 positions, 6 more than the context of 64", "--context", "64", "--depth", "10", "--prompt", "20", "--generate", "40")]
    [InlineData(4, "more than the context of 8192", "--prompt", "8100")]
    [InlineData(2, "--prompt must be", "--prompt", "0")]
    [InlineData(2, "--generate must be", "--generate", "0")]
    [InlineData(2, "--batch must be", "--batch", "0")]
    [InlineData(2, "--repeat must be", "--repeat", "0")]
    [InlineData(2, "--depth must be", "--depth", "-1")]
    [InlineData(2, "--threads must be", "--threads", "0")]
    [InlineData(2, "--prompt must be", "--prompt", "many")]
    [InlineData(2, "--lookup must be", "--lookup", "65")]
    [InlineData(2, "leave out --batch", "--lookup", "4", "--batch", "2")]
    [InlineData(2, "did you mean --repeat", "--repeats", "3")]
    public void Bench_ImpossibleSizes_AreRefused(int code, string because, params string[] options) =>
        CliResult.Of(["bench", "--model", Repository.Model, .. options]).ShouldFail(code, because);

    [Fact]
    public void Bench_MoreThreadsThanProcessors_Warns()
    {
        var threads = Environment.ProcessorCount + 1;
        var result = CliResult.Of("bench", "--model", Repository.Model, "--prompt", "2", "--generate", "2", "--repeat", "1", "--threads", $"{threads}", "--json");

        result.Code.ShouldBe(0, result.Error);
        result.Error.ShouldStartWith("warning: ");
        result.Error.TrimEnd().Split('\n').Length.ShouldBe(1);
        result.Error.ShouldContain($"{threads} threads");
    }

    [Fact]
    public void Bench_NoModel_IsInvalid() => CliResult.Of("bench", "--model", "nowhere.gguf").ShouldFail(3, "nowhere.gguf");

    [Fact]
    public void Ids_OfAPrompt_AreThoseOfThePeersProgram()
    {
        SpeedTest.Ids(3, 49_152).ShouldBe([100, 137, 174]);
        SpeedTest.Ids(600, 49_152)[599].ShouldBe(100 + (599 * 37 % 20_000));
        SpeedTest.Ids(2, 49_152, sequence: 3).ShouldBe([103, 140]);
        SpeedTest.Ids(4, 27).ShouldAllBe(id => id >= 0 && id < 27);
    }

    // The first depth + 1 ids of a prompt, greedily continued, with nothing of the bench.
    private static int[] Alone(int depth, int tokens)
    {
        using var model = ModelLoader.Load(Repository.Model);
        using var engine = new InferenceEngine(model.Model, new EngineOptions { Threads = 1 });
        var generation = engine.Submit(new Request { Ids = [.. Enumerable.Range(0, depth + 1).Select(p => 100 + (p * 37 % 20_000))], MaxTokens = tokens });
        while (!generation.IsFinished)
        {
            engine.Step();
        }

        return generation.Tokens.ToArray();
    }
}
