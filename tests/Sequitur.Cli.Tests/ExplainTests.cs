using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using Sequitur.Engine;
using Sequitur.Engine.Loading;

namespace Sequitur.Cli.Tests;

/// <summary><c>explain</c>: the same run on a terminal, as a page, and as JSON.</summary>
public sealed class ExplainTests
{
    private const string Prompt = "The capital of France is";

    private static string[] Raw => ["explain", "--raw", Prompt, "--model", Repository.Model, "--compute", "f32", "--no-state"];

    [Theory]
    [InlineData(80)]
    [InlineData(160)]
    public void Explain_OnATerminal_IsWhatWasRecorded(int width)
    {
        var result = CliResult.On(width, null, null, Raw);

        result.Code.ShouldBe(0, result.Error);
        result.Output.ShouldBe(File.ReadAllText(Path.Combine(Repository.Root, "tests", "Sequitur.Cli.Tests", "Golden", $"explain-{width}.txt")).ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(80)]
    [InlineData(160)]
    public void Explain_OnAnyWidth_IsNeverWider(int width)
    {
        var result = CliResult.On(width, null, null, [.. Raw, "--max-tokens", "2", "--layer", "3", "--head", "8", "--lens"]);

        result.Code.ShouldBe(0, result.Error);
        result.Output.Split('\n').Where(line => Output.CellText.Width(line) > width).ShouldBeEmpty();
        result.Output.ShouldNotContain("\u001b");
        result.Output.ShouldContain("Paris");
    }

    [Fact]
    public void Explain_InColour_SaysTheSame()
    {
        string[] args = [.. Raw, "--max-tokens", "1"];
        var coloured = CliResult.On(80, null, null, [.. args, "--color", "always"]);

        coloured.Output.ShouldContain("\u001b[");
        System.Text.RegularExpressions.Regex.Replace(coloured.Output, "\u001b\\[[0-9;]*m", "").ShouldBe(CliResult.On(80, null, null, args).Output);
    }

    [Fact]
    public void Explain_Json_HasAllStages_AndTheAnswerOfRun()
    {
        var run = Json(Raw);

        run.GetProperty("schema").GetString().ShouldBe("sequitur.explain");
        run.GetProperty("version").GetInt32().ShouldBe(1);
        run.GetProperty("tokens").GetArrayLength().ShouldBe(5);
        run.GetProperty("layers").GetArrayLength().ShouldBe(30);
        run.GetProperty("layers")[29].GetProperty("heads").GetArrayLength().ShouldBe(9);
        run.GetProperty("turns").GetArrayLength().ShouldBe(8);
        run.GetProperty("left_out").GetArrayLength().ShouldBe(0);
        run.GetProperty("end").GetProperty("finish_reason").GetString().ShouldBe("length");
        var answer = CliResult.Of(["run", .. Raw[1..], "--max-tokens", "8"]);
        answer.Output.ShouldBe(run.GetProperty("text").GetString() + "\n");
    }

    [Fact]
    public void Explain_Tokens_CoverTheText_AndMergesMakeThem()
    {
        var run = Json([.. Raw, "--max-tokens", "1"]);
        var end = 0;
        foreach (var token in run.GetProperty("tokens").EnumerateArray())
        {
            token.GetProperty("start").GetInt32().ShouldBe(end);
            end = token.GetProperty("end").GetInt32();
            var piece = token.GetProperty("piece").GetString()!;
            Prompt[token.GetProperty("start").GetInt32()..end].ShouldBe(piece);
            var parts = piece.Select(letter => letter.ToString()).ToList();
            foreach (var step in token.GetProperty("merges").EnumerateArray())
            {
                var (left, right) = (step.GetProperty("left").GetString()!, step.GetProperty("right").GetString()!);
                var place = Enumerable.Range(0, parts.Count - 1).First(i => parts[i] == left && parts[i + 1] == right);
                parts[place] += right;
                parts.RemoveAt(place + 1);
            }

            parts.ShouldBe([piece]);
        }

        end.ShouldBe(Prompt.Length);
    }

    [Fact]
    public void Explain_Numbers_AddUp()
    {
        var run = Json([.. Raw, "--layer", "23", "--max-tokens", "1"]);
        double Number(JsonElement element, string name) => element.GetProperty(name).GetDouble();
        var (logit, layers) = (run.GetProperty("logit"), run.GetProperty("layers").EnumerateArray().ToList());

        var parts = Number(logit, "embedding") + layers.Sum(layer => Number(layer, "attention_logit") + Number(layer, "feed_forward_logit")) + Number(logit, "bias");
        parts.ShouldBe(Number(logit, "raw_logit"), 1e-3);
        (Number(logit, "raw_logit") - parts).ShouldBe(Number(logit, "remainder"), 1e-9);
        foreach (var layer in layers)
        {
            layer.GetProperty("heads").EnumerateArray().Sum(head => Number(head, "logit")).ShouldBe(Number(layer, "attention_logit"), 1e-4);
        }

        var head = run.GetProperty("head");
        foreach (var candidate in head.GetProperty("candidates").EnumerateArray())
        {
            Number(candidate, "probability").ShouldBe(Math.Exp(Number(candidate, "logit") - Number(head, "log_sum_exp")), 1e-9);
        }

        Number(layers[^1].GetProperty("lens"), "probability").ShouldBe(Number(head.GetProperty("candidates")[0], "probability"), 1e-4);
        foreach (var pattern in run.GetProperty("patterns").EnumerateArray())
        {
            var rows = pattern.GetProperty("weights").EnumerateArray().Select(row => row.EnumerateArray().Select(weight => weight.GetDouble()).ToArray()).ToArray();
            rows.ShouldAllBe(row => Math.Abs(row.Sum() - 1) < 1e-4);
            var statistics = layers[23].GetProperty("heads")[pattern.GetProperty("head").GetInt32()];
            Number(statistics, "entropy").ShouldBe(-rows[^1].Where(weight => weight > 0).Sum(weight => weight * Math.Log(weight)), 1e-5);
            Number(statistics, "self").ShouldBe(rows.Select((row, t) => row[t]).Average(), 1e-6);
            Number(statistics, "previous").ShouldBe(rows.Skip(1).Select((row, t) => row[t]).Average(), 1e-6);
        }
    }

    [Fact]
    public void Explain_Numbers_AreThoseOfTheRun()
    {
        var run = Json([.. Raw, "--max-tokens", "1"]);
        using var model = TextModel.Load(Repository.Model);
        using var engine = new TextEngine(model, new EngineOptions { Float32 = true });
        var ids = run.GetProperty("tokens").EnumerateArray().Select(token => token.GetProperty("id").GetInt32()).ToArray();
        var generation = engine.Engine.Submit(new Request { Ids = ids, MaxTokens = 1, KeepLogits = true, Capture = ["layers.7.l_out", "embed"] }, TestContext.Current.CancellationToken);
        while (!generation.IsFinished)
        {
            engine.Engine.Step();
        }

        var candidate = run.GetProperty("head").GetProperty("candidates")[0];
        candidate.GetProperty("logit").GetSingle().ShouldBe(generation.Logits![0][candidate.GetProperty("id").GetInt32()]);
        double Length(string name, int position) => Math.Sqrt(generation.Captured[name].Row(position).ToArray().Sum(x => (double)x * x));
        run.GetProperty("layers")[7].GetProperty("stream_norm").GetDouble().ShouldBe(Length("layers.7.l_out", ids.Length - 1), 1e-6);
        run.GetProperty("tokens")[1].GetProperty("embedding").GetProperty("norm").GetDouble().ShouldBe(Length("embed", 1), 1e-6);
    }

    [Fact]
    public void Explain_Samplers_SayWhatEachTookOut()
    {
        var run = Json([.. Raw, "--max-tokens", "3", "--samplers", "top_k;temperature", "--top-k", "5", "--temperature", "0.7", "--seed", "3"]);
        var steps = run.GetProperty("samplers")[0].GetProperty("steps");

        steps[0].GetProperty("after").GetInt32().ShouldBe(5);
        steps[0].GetProperty("removed").GetInt32().ShouldBe(run.GetProperty("model").GetProperty("vocabulary").GetInt32() - 5);
        steps[1].GetProperty("changed").GetInt32().ShouldBe(5);
        run.GetProperty("samplers").GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public void Explain_Html_IsOnePageThatLoadsNothing()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.html");
        try
        {
            var result = CliResult.Of([.. Raw, "--html", path, "--max-tokens", "2"]);

            result.Code.ShouldBe(0, result.Error);
            result.Output.ShouldBeEmpty();
            var text = File.ReadAllText(path);
            text.ShouldStartWith("<!DOCTYPE html");
            text.ShouldNotContain("http:");
            text.ShouldNotContain("https:");
            text.ShouldNotContain("url(");
            using var reader = XmlReader.Create(path, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
            var page = XDocument.Load(reader);
            string[] loading = ["script", "link", "img", "iframe", "object"];
            page.Descendants().Where(element => loading.Contains(element.Name.LocalName)).ShouldBeEmpty();
            page.Descendants("h2").Select(title => title.Value[0]).ShouldBe("1234567");
            page.Descendants("svg").Count().ShouldBeGreaterThan(10);
            page.Root!.Value.ShouldContain("Paris");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Explain_ChatPrompt_MarksSpecialTokens()
    {
        var run = Json(["explain", "What is <|im_end|> here?", "--model", Repository.Model, "--compute", "f32", "--no-state", "--max-tokens", "1"]);
        var special = run.GetProperty("tokens").EnumerateArray().Where(token => token.GetProperty("special").GetBoolean()).Select(token => token.GetProperty("piece").GetString()).ToList();

        special.Count(piece => piece == "<|im_start|>").ShouldBe(3);
        special.Count(piece => piece == "<|im_end|>").ShouldBe(2); // the user's is text
    }

    [Theory]
    [InlineData("--layer", "30", "there is no layer 30: the model has layers 0 to 29")]
    [InlineData("--head", "1", "--head is of a layer: say which with --layer")]
    [InlineData("--layer", "-1", "--layer must be a whole number from 0")]
    public void Explain_WhatIsNotThere_IsUsage(string option, string value, string because) => CliResult.Of([.. Raw, option, value]).ShouldFail(2, because);

    [Fact]
    public void Explain_HeadThatIsNotThere_SaysWhichAre() => CliResult.Of([.. Raw, "--layer", "2", "--head", "9"]).ShouldFail(2, "there is no head 9 in layer 2: it has heads 0 to 8");

    [Fact]
    public void Explain_IntoADirectory_IsRefused() => CliResult.Of([.. Raw, "--html", Repository.Root]).ShouldFail(2, "is a directory: name a file");

    [Fact]
    public void Explain_TwoWaysAtOnce_AreRefused() => CliResult.Of([.. Raw, "--html", "x.html", "--json"]).ShouldFail(2, "--html and --json write the same in different ways: choose one");

    private static JsonElement Json(string[] args)
    {
        var result = CliResult.Of([.. args, "--json"]);
        result.Code.ShouldBe(0, result.Error);
        result.Output.Count(character => character == '\n').ShouldBe(1);
        return JsonDocument.Parse(result.Output).RootElement;
    }
}
