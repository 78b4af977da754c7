using System.Text.Json;
using Sequitur.Engine;
using Sequitur.Engine.Loading;

namespace Sequitur.Cli.Tests;

/// <summary><c>why</c>: what it prints of a run that is kept.</summary>
public sealed class WhyTests(WhyTests.Kept kept) : IClassFixture<WhyTests.Kept>
{
    private const int Paris = 7042;

    private static string Page => File.ReadAllText(Path.Combine(Repository.Root, "docs", "commands", "why.md")).ReplaceLineEndings("\n");

    [Fact]
    public void Why_Json_HasTheChoice()
    {
        var choice = Lines(kept.Why("0", "--json", "--quick"))[0].GetProperty("choice");

        choice.GetProperty("token").GetProperty("id").GetInt32().ShouldBe(Paris);
        choice.GetProperty("token").GetProperty("text").GetString().ShouldBe(" Paris");
        choice.GetProperty("ids").GetArrayLength().ShouldBe(5);
        var candidates = choice.GetProperty("candidates").EnumerateArray().ToList();
        candidates.Count.ShouldBe(10);
        candidates[0].GetProperty("id").GetInt32().ShouldBe(Paris);
        candidates[0].GetProperty("removed_by").ValueKind.ShouldBe(JsonValueKind.Null);
        candidates.Skip(1).ShouldAllBe(candidate => candidate.GetProperty("removed_by").GetString() == "greedy");
        candidates.Select(candidate => candidate.GetProperty("logit").GetDouble()).ShouldBeInOrder(SortDirection.Descending);
        choice.GetProperty("runner_up").GetProperty("id").GetInt32().ShouldBe(candidates[1].GetProperty("id").GetInt32());
        choice.GetProperty("samplers")[0].GetProperty("after").GetInt32().ShouldBe(1);

        // The logits are those of a run in which nobody looks.
        choice.GetProperty("logit").GetProperty("raw_logit").GetDouble().ShouldBe(candidates[0].GetProperty("logit").GetDouble(), 1e-3);
    }

    [Theory]
    [InlineData("logit")]
    [InlineData("lead")]
    public void Why_Attribution_SumsToTheLogit(string name)
    {
        var choice = Lines(kept.Why("0", "--json", "--quick"))[0].GetProperty("choice");
        var parts = choice.GetProperty(name);
        var sum = parts.GetProperty("embedding").GetDouble() + Sum(parts.GetProperty("attention")) + Sum(parts.GetProperty("feed_forward")) + parts.GetProperty("bias").GetDouble();

        var raw = parts.GetProperty("raw_logit").GetDouble();
        (sum + parts.GetProperty("remainder").GetDouble()).ShouldBe(raw, 1e-9);
        sum.ShouldBe(raw, 1e-3);
        foreach (var (layer, heads) in parts.GetProperty("heads").EnumerateArray().Index())
        {
            (Sum(heads) + parts.GetProperty("attention_bias")[layer].GetDouble()).ShouldBe(parts.GetProperty("attention")[layer].GetDouble(), 1e-3);
        }

        var logits = choice.GetProperty("candidates").EnumerateArray().Select(candidate => candidate.GetProperty("logit").GetDouble()).ToList();
        raw.ShouldBe(name == "logit" ? logits[0] : logits[0] - logits[1], 1e-3);
    }

    [Fact]
    public void Why_Lens_EndsWithTheModelsOwnAnswer()
    {
        var choice = Lines(kept.Why("0", "--json", "--quick"))[0].GetProperty("choice");
        var lens = choice.GetProperty("lens").EnumerateArray().ToList();

        lens.Select(row => row.GetProperty("depth").GetInt32()).ShouldBe(Enumerable.Range(0, 31));
        lens[^1].GetProperty("best").GetInt32().ShouldBe(Paris);
        lens[^1].GetProperty("rank").GetInt32().ShouldBe(0);
        lens[^1].GetProperty("probability").GetDouble().ShouldBe(choice.GetProperty("candidates")[0].GetProperty("probability").GetDouble(), 1e-5);
        lens.ShouldAllBe(row => (row.GetProperty("rank").GetInt32() == 0) == (row.GetProperty("best").GetInt32() == Paris));
    }

    [Fact]
    public void Why_Importance_IsStreamedForTheLargestGradients()
    {
        var lines = Lines(kept.Why("0", "--json"));

        lines.Select(line => line.GetProperty("event").GetString()).ShouldBe(["choice", "gradients", .. Enumerable.Repeat("importance", 5), "end"]);
        lines.ShouldAllBe(line => line.GetProperty("schema").GetString() == "sequitur.why" && line.GetProperty("version").GetInt32() == 1);
        var gradients = lines[1].GetProperty("gradient_x_input").EnumerateArray().Select(value => value.GetDouble()).ToList();
        gradients.Count.ShouldBe(5);
        var passes = lines[1].GetProperty("passes").EnumerateArray().Select(value => value.GetInt32()).ToList();
        passes.Select(position => Math.Abs(gradients[position])).ShouldBeInOrder(SortDirection.Descending);
        lines[2..^1].Select(line => line.GetProperty("position").GetInt32()).ShouldBe(passes);
        var probability = lines[0].GetProperty("choice").GetProperty("candidates")[0].GetProperty("probability").GetDouble();
        Math.Exp(lines[1].GetProperty("log_probability").GetDouble()).ShouldBe(probability, 1e-5);
        lines[2..^1].ShouldAllBe(line => line.GetProperty("remove").GetDouble() < 0);
        var ids = lines[0].GetProperty("choice").GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToList();
        foreach (var line in lines[2..^1])
        {
            var without = LogProbability([.. ids.Where((_, i) => i != line.GetProperty("position").GetInt32())]);
            line.GetProperty("remove").GetDouble().ShouldBe(without - LogProbability(ids), 1e-4);
        }
    }

    // A run of its own, and a plain sum.
    private static double LogProbability(List<int> ids)
    {
        using var model = ModelLoader.Load(Repository.Model);
        using var engine = new InferenceEngine(model.Model, new EngineOptions { Float32 = true, Context = 64 });
        var generation = engine.Submit(new Request { Ids = ids, MaxTokens = 1, KeepLogits = true }, TestContext.Current.CancellationToken);
        while (!generation.IsFinished)
        {
            engine.Step();
        }

        var logits = generation.Logits![0];
        return logits[Paris] - Math.Log(logits.Sum(logit => Math.Exp(logit)));
    }

    [Fact]
    public void Why_All_SaysHowLongItTakesAndCoversThePrompt()
    {
        var lines = Lines(kept.Why("0", "--json", "--all"));

        lines[1].GetProperty("estimated_seconds").GetDouble().ShouldBeGreaterThan(0);
        lines.Where(line => line.GetProperty("event").GetString() == "importance").Select(line => line.GetProperty("position").GetInt32()).Order().ShouldBe(Enumerable.Range(0, 5));
        kept.Why("0", "--all", "--quick").ShouldFail(2, "choose one");
    }

    [Fact]
    public void Why_Changed_ShowsBoth()
    {
        var line = Lines(kept.Why("0", "--json", "--quick", "--ablate", "23.4"))[0];

        line.GetProperty("changes")[0].GetString().ShouldBe("ablate 23.4");
        double Of(string name) => line.GetProperty(name).GetProperty("candidates")[0].GetProperty("probability").GetDouble();
        Of("before").ShouldBe(0.773, 0.001);
        Of("choice").ShouldBe(0.141, 0.001);
        line.GetProperty("choice").GetProperty("logit").GetProperty("heads")[23][4].GetDouble().ShouldBe(0, 1e-6);
        kept.Why("0", "--quick", "--ablate", "23.4").Output.ShouldContain("Probability of '␣Paris': 77.3 % before, 14.1 % after.");
        kept.Why("0", "--ablate", "23.9").ShouldFail(2, "heads 0 to 8");
    }

    [Fact]
    public void Why_Page_IsThatOfTheDocument() => Page.ShouldContain(kept.Why("0").Output);

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(160)]
    public void Why_Page_FitsTheTerminal(int width)
    {
        var result = CliResult.On(width, null, null, "why", "0", "--quick", "--state", kept.Folder);

        result.Code.ShouldBe(0, result.Error);
        result.Output.Split('\n').ShouldAllBe(line => line.Length <= width);
        result.Output.ShouldContain("Candidates");
    }

    [Theory]
    [InlineData("5", "there is no token 5: the last run chose tokens 0 to 0")]
    [InlineData("x", "N must be a whole number from 0, not 'x'")]
    [InlineData("1.5", "N must be a whole number from 0, not '1.5'")]
    public void Why_TokenThatDoesNotExist_IsUsage(string index, string message) => kept.Why(index).ShouldFail(2, message);

    [Fact]
    public void Why_ModelThatHasChanged_SaysSo()
    {
        using var model = new TinyModel();
        using var folder = new Folder();
        model.Run("--state", folder.Path).Code.ShouldBe(0);
        CliResult.Of("why", "0", "--state", folder.Path, "--quick").Code.ShouldBe(0);

        File.AppendAllText(model.Write(), "more");
        CliResult.Of("why", "0", "--state", folder.Path, "--quick").ShouldFail(3, "is gone or has changed since: make a new run");
    }

    [Fact]
    public void Why_StopToken_IsATokenToo()
    {
        using var folder = new Folder();
        var run = CliResult.Of("run", "What is the capital of France?", "--model", Repository.Model, "--compute", "f32", "--json", "--state", folder.Path);
        var answer = JsonDocument.Parse(run.Output).RootElement;
        var stop = answer.GetProperty("stop_token").GetInt32();

        Lines(CliResult.Of("why", $"{answer.GetProperty("generated_tokens").GetInt32()}", "--quick", "--json", "--state", folder.Path))[0]
            .GetProperty("choice").GetProperty("token").GetProperty("id").GetInt32().ShouldBe(stop);
    }

    private static double Sum(JsonElement numbers) => numbers.EnumerateArray().Sum(number => number.GetDouble());

    private static List<JsonElement> Lines(CliResult result)
    {
        result.Code.ShouldBe(0, result.Error);
        return [.. result.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
    }

    /// <summary>A run that is kept.</summary>
    public sealed class Kept : IDisposable
    {
        private readonly Folder _folder = new();

        public Kept() => CliResult.Of("run", "--raw", "The capital of France is", "--model", Repository.Model, "--compute", "f32", "--max-tokens", "1", "--state", Folder).ShouldBe(new CliResult(0, " Paris\n", ""));

        internal string Folder => _folder["state"];

        public void Dispose() => _folder.Dispose();

        internal CliResult Why(params string[] args) => CliResult.On(80, null, null, ["why", .. args, "--state", Folder]);
    }
}
