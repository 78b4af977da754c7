using System.Text.Json;

namespace Sequitur.Cli.Tests;

/// <summary><c>run --json</c>.</summary>
public sealed class JsonTests
{
    private static string[] Raw => ["run", "--raw", "Once upon a time, in a small village by the sea, there lived", "--model", Repository.Model, "--compute", "f32", "--json"];

    [Fact]
    public void Run_Json_IsOneObjectThatSaysAll()
    {
        var result = CliResult.Of([.. Raw, "--max-tokens", "2", "--seed", "18446744073709551615"]);
        result.Code.ShouldBe(0, result.Error);
        result.Output.Count(character => character == '\n').ShouldBe(1);
        var run = JsonDocument.Parse(result.Output).RootElement;

        run.GetProperty("schema").GetString().ShouldBe("sequitur.run");
        run.GetProperty("version").GetInt32().ShouldBe(1);
        run.GetProperty("event").GetString().ShouldBe("end");
        run.GetProperty("text").GetString().ShouldBe(" a wise");
        run.GetProperty("ids").GetArrayLength().ShouldBe(2);
        run.GetProperty("finish_reason").GetString().ShouldBe("length");
        run.GetProperty("limit").GetString().ShouldBe("max_tokens");
        run.GetProperty("stop_string").ValueKind.ShouldBe(JsonValueKind.Null);
        run.GetProperty("prompt_tokens").GetInt32().ShouldBeGreaterThan(10);
        run.GetProperty("generated_tokens").GetInt32().ShouldBe(2);
        run.GetProperty("context").GetInt32().ShouldBeGreaterThan(100);
        run.GetProperty("seed").GetUInt64().ShouldBe(ulong.MaxValue);
        run.GetProperty("samplers").EnumerateArray().Single().GetString().ShouldBe("greedy");
        run.GetProperty("model").GetProperty("path").GetString().ShouldBe(Repository.Model);
        run.GetProperty("model").GetProperty("sha256").GetString()!.Length.ShouldBe(64);
    }

    [Fact]
    public void Run_JsonStream_PiecesMakeTheText()
    {
        var result = CliResult.Of([.. Raw, "--stream", "--max-tokens", "12", "--stop", " and"]);
        result.Code.ShouldBe(0, result.Error);
        var lines = result.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();

        lines.ShouldAllBe(line => line.GetProperty("schema").GetString() == "sequitur.run" && line.GetProperty("version").GetInt32() == 1);
        lines.Count.ShouldBeGreaterThan(2);
        lines[..^1].ShouldAllBe(line => line.GetProperty("event").GetString() == "text");
        string.Concat(lines[..^1].Select(line => line.GetProperty("text").GetString())).ShouldBe(" a wise");
        lines[^1].GetProperty("text").GetString().ShouldBe(" a wise");
        lines[^1].GetProperty("finish_reason").GetString().ShouldBe("stop");
        lines[^1].GetProperty("stop_string").GetString().ShouldBe(" and");
        lines[^1].GetProperty("limit").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public void Run_ExampleOfTheDocument_WritesWhatStandsThere()
    {
        var result = CliResult.Of([.. Raw, "--stream", "--stop", " and"]);
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "commands", "run.md")).ReplaceLineEndings("\n");

        document.ShouldContain(result.Output.Replace(JsonEncodedText.Encode(Repository.Model).ToString(), "models/SmolLM2-135M-Instruct", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_JsonOfAnError_IsTheSameLine() => CliResult.Of("run", "hello", "--json", "--model", "/no/such/model.gguf").ShouldFail(3, "does not exist");
}
