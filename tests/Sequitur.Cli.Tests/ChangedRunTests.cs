using System.Text.Json;

namespace Sequitur.Cli.Tests;

/// <summary><c>run</c> with changes of the model, and with statistics.</summary>
public sealed class ChangedRunTests
{
    private static readonly string[] France = ["run", "--raw", "The capital of France is", "--model", Repository.Model, "--compute", "f32", "--max-tokens", "1"];

    [Fact]
    public void Run_Ablation_AnswersBeforeAndAfter()
    {
        var result = CliResult.Of([.. France, "--ablate", "23.4"]);

        result.Code.ShouldBe(0, result.Error);
        result.Error.ShouldBeEmpty();
        result.Output.ShouldStartWith("before the changes\n Paris\nafter the changes\n Paris\n\nThe first token, with ablate 23.4:\n");
        result.Output.ShouldContain("77.3 % →    14.1 %  ␣Paris\n");
        result.Output.ShouldContain("KL divergence of the changed distribution: 1.2010 nats\n");
    }

    [Fact]
    public void Run_AblationAsJson_IsTwoObjectsAndWhatChanged()
    {
        var result = CliResult.Of([.. France, "--ablate", "23.4", "--json"]);

        result.Code.ShouldBe(0, result.Error);
        var lines = result.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        lines.Select(line => line.GetProperty("answer").GetString()).ShouldBe(["before the changes", "after the changes"]);
        lines[0].TryGetProperty("comparison", out _).ShouldBeFalse();
        var comparison = lines[1].GetProperty("comparison");
        comparison.GetProperty("changes")[0].GetString().ShouldBe("ablate 23.4");
        comparison.GetProperty("kl").GetDouble().ShouldBe(1.201, 0.001);
        var tokens = comparison.GetProperty("first_token").EnumerateArray().ToList();
        tokens[0].GetProperty("text").GetString().ShouldBe(" Paris");
        Math.Exp(tokens[0].GetProperty("before").GetDouble()).ShouldBe(0.773, 0.001);
        Math.Exp(tokens[0].GetProperty("after").GetDouble()).ShouldBe(0.141, 0.001);
    }

    [Fact]
    public void Run_ChangesThatChangeNothing_LeaveTheDistribution()
    {
        var result = CliResult.Of([.. France, "--scale", "layers.3.ffn_out=1", "--json"]);

        result.Code.ShouldBe(0, result.Error);
        JsonDocument.Parse(result.Output.TrimEnd().Split('\n')[1]).RootElement.GetProperty("comparison").GetProperty("kl").GetDouble().ShouldBe(0);
    }

    [Theory]
    [InlineData("--ablate", "99.4", "no value is called 'layers.99.attn_heads'")]
    [InlineData("--ablate", "3.9", "there is no head 9 in layer 3: it has heads 0 to 8")]
    [InlineData("--ablate", "3", "--ablate: '3' is no ablation: write LAYER.HEAD")]
    [InlineData("--scale", "layers.3.fnf_out=2", "no value is called 'layers.3.fnf_out'")]
    [InlineData("--scale", "layers.3.ffn_out=two", "--scale: 'two' in 'layers.3.ffn_out=two' is no factor")]
    [InlineData("--scale", "layers.3.ffn_out=2@9", "9")]
    [InlineData("--replace", "layers.3.ffn_out=no-such-file.json", "give 576 numbers")]
    [InlineData("--patch", "layers.3.ffn_out@9=The capital", "9")]
    public void Run_ImpossibleChange_IsUsage(string option, string value, string message) => CliResult.Of([.. France, option, value]).ShouldFail(2, message);

    [Fact]
    public void Run_VectorOfAnotherLength_IsUsage()
    {
        using var folder = new Folder();
        File.WriteAllText(folder["v.json"], "[1, 2, 3]");

        CliResult.Of([.. France, "--steer", $"layers.3.l_out={folder["v.json"]}"]).ShouldFail(2, "has 3 numbers; a row of layers.3.l_out has 576");
        File.WriteAllText(folder["v.json"], "[1, 2,");
        CliResult.Of([.. France, "--steer", $"layers.3.l_out={folder["v.json"]}"]).ShouldFail(3, "is no JSON array of numbers");
    }

    [Fact]
    public void Run_Stats_AreOnStandardErrorAndInJson()
    {
        var plain = CliResult.Of(France);
        var text = CliResult.Of([.. France, "--stats"]);
        text.Output.ShouldBe(plain.Output);
        plain.Error.ShouldBeEmpty();
        text.Error.ShouldMatch(@"^load +[0-9.]+ s\r?\nprompt +5 tokens, [0-9.]+ tokens/s; first token after [0-9.]+ s\r?\ngeneration +1 token\r?\n(threads +1 run of the model with fewer: .*\r?\n)?memory +[0-9.,]+ .?B at most\r?\n$");

        var json = CliResult.Of([.. France[..^1], "3", "--stats", "--json"]);
        var stats = JsonDocument.Parse(json.Output).RootElement.GetProperty("stats");
        foreach (var key in new[] { "load_seconds", "first_token_seconds", "prompt_tokens_per_second", "generation_tokens_per_second", "peak_memory_bytes" })
        {
            stats.GetProperty(key).GetDouble().ShouldBeGreaterThan(0, key);
        }

        JsonDocument.Parse(CliResult.Of([.. France, "--json"]).Output).RootElement.TryGetProperty("stats", out _).ShouldBeFalse();
    }

    [Fact]
    public void Run_Lookup_GivesThePlainAnswerAndSaysWhatItDid()
    {
        string[] rhyme = [.. France[..^1], "24", "--stats", "--json", "--lookup"];
        using var plain = JsonDocument.Parse(CliResult.Of([.. rhyme, "0"]).Output);
        using var lookup = JsonDocument.Parse(CliResult.Of([.. rhyme, "5"]).Output);
        using var standard = JsonDocument.Parse(CliResult.Of(rhyme[..^1]).Output);

        plain.RootElement.GetProperty("stats").GetProperty("lookup").ValueKind.ShouldBe(JsonValueKind.Null);
        foreach (var answer in new[] { lookup.RootElement, standard.RootElement })
        {
            answer.GetProperty("ids").GetRawText().ShouldBe(plain.RootElement.GetProperty("ids").GetRawText());
            answer.GetProperty("text").GetString().ShouldBe(plain.RootElement.GetProperty("text").GetString());
            var counts = answer.GetProperty("stats").GetProperty("lookup");
            counts.GetProperty("passes").GetInt32().ShouldBeInRange(1, 23);
            counts.GetProperty("tokens_per_pass").GetDouble().ShouldBeGreaterThanOrEqualTo(1);
        }

        CliResult.Of(rhyme[..^2]).Error.ShouldMatch(@"look-up +[0-9]+ of [0-9]+ drafted tokens? right; [0-9.]+ tokens a run of the model\r?\n");
        CliResult.Of([.. rhyme[..^2], "--ablate", "0.0"]).Error.ShouldContain("look-up     off: the request changes the model");
        CliResult.Of([.. rhyme, "65"]).ShouldFail(2, "--lookup must be a whole number from 0 to 64");
    }

    [Fact]
    public void Run_FullDevice_CostsALine()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no such device");
        var error = new StringWriter();
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

        CommandLine.Run(France, full, error, terminal: CliResult.Here).ShouldBe(1);
        error.ToString().TrimEnd().Split('\n').Length.ShouldBe(1);
        error.ToString().ShouldStartWith("error: standard output cannot be written: ");
    }
}
