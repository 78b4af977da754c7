using System.Text.Json;

namespace Sequitur.Cli.Tests;

/// <summary><c>explain</c> over every family that runs: parts that one has not are left out, and named.</summary>
public sealed class ExplainFamilyTests
{
    // Letters and the space, a token each.
    private const string Alphabet = "Ġabcdefghijklmnopqrstuvwxyz";

    [Theory]
    [InlineData("llama_mha", true, false, true)]
    [InlineData("llama_dynamic", true, false, true)]
    [InlineData("gpt2", true, true, false)]
    [InlineData("gemma2", true, false, true)]
    [InlineData("mixtral", true, false, true)]
    [InlineData("deepseek_v3", true, false, true)]
    [InlineData("rwkv", false, false, false)]
    public void Explain_AFamily_ShowsWhatItHas(string family, bool hasHeads, bool learned, bool rotary)
    {
        var folder = Directory.CreateTempSubdirectory("sequitur-explain-").FullName;
        try
        {
            Copy(family, folder);
            string[] args = ["explain", "--raw", "ab cab", "--model", folder, "--compute", "f32", "--max-tokens", "3", "--no-state"];
            var result = CliResult.Of([.. args, "--json"]);
            result.Code.ShouldBe(0, result.Error);
            var run = JsonDocument.Parse(result.Output).RootElement;

            run.GetProperty("positions").GetProperty("learned").GetBoolean().ShouldBe(learned);
            (run.GetProperty("positions").GetProperty("rotary").GetArrayLength() > 0).ShouldBe(rotary);
            var layers = run.GetProperty("layers").EnumerateArray().ToList();
            layers.Any(layer => layer.GetProperty("heads").GetArrayLength() > 0).ShouldBe(hasHeads);
            (run.GetProperty("left_out").GetArrayLength() == 0).ShouldBe(hasHeads);
            var logit = run.GetProperty("logit");
            var parts = logit.GetProperty("embedding").GetDouble() + logit.GetProperty("bias").GetDouble()
                + layers.Sum(layer => layer.GetProperty("attention_logit").GetDouble() + layer.GetProperty("feed_forward_logit").GetDouble());
            parts.ShouldBe(logit.GetProperty("raw_logit").GetDouble(), 1e-3);
            run.GetProperty("turns")[1].GetProperty("cache_positions").GetInt32().ShouldBe(7);

            foreach (var width in (int[])[20, 80, 160])
            {
                var page = CliResult.On(width, null, null, args);
                page.Code.ShouldBe(0, page.Error);
                page.Output.Split('\n').Where(line => Output.CellText.Width(line) > width).ShouldBeEmpty();
            }

            CliResult.Of([.. args, "--html", Path.Combine(folder, "page.html")]).Code.ShouldBe(0);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Copy(string family, string folder)
    {
        var source = Path.Combine(Repository.Root, "tests", "conformance", "models", "decoders", family);
        foreach (var file in Directory.GetFiles(source).Where(file => Path.GetFileName(file) is "config.json" or "model.safetensors"))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        var vocabulary = string.Join(',', Alphabet.Select((letter, id) => $"\"{letter}\":{id}"));
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), $$"""
            {"version":"1.0","added_tokens":[],"normalizer":null,"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
             "post_processor":null,"decoder":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{ {{vocabulary}} },"merges":[]} }
            """);
    }
}
