using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Sequitur.Engine.Tests.Hostile;

/// <summary>Every key of a configuration, set to what it should not be: the model works or is refused, quickly, with one line, and without allocating what the file cannot fill.</summary>
public sealed class ConfigMutationTests
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(20);

    private static readonly string?[] Values =
    [
        "0", "-1", "1", "3", "2147483647", "4294967296", "1e30", "-1e-30", "NaN", "Infinity", "null", "\"x\"", "[]", "{}", "true",
    ];

    // One case for each family, and one for each kind of rotary scaling.
    public static TheoryData<string> Cases =>
    [
        "decoders/llama_mha", "decoders/llama_yarn", "decoders/llama_llama3", "decoders/llama_dynamic", "decoders/llama_linear", "decoders/gemma2", "decoders/gpt2",
        "decoders/deepseek_v3", "decoders/rwkv", "encoder-decoders/t5", "encoders/bert-mlm", "encoders/bert-seqcls",
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Load_AnyKeySetToAnything_WorksOrIsRefused(string name)
    {
        var source = Path.Combine(TestTree.Conformance, "models", name);
        var folder = TestTree.Copy(source, "expected.safetensors", "case.json");
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "config.json")))!.AsObject();
        var watch = Stopwatch.StartNew();
        var (refused, ran) = (0, 0);
        try
        {
            foreach (var (path, value) in Keys(config).SelectMany(_ => Values, (path, value) => (path, value!)))
            {
                File.WriteAllText(Path.Combine(folder, "config.json"), Mutate(config, path, value));
                var refusal = Try(folder, $"{string.Join('.', path)} = {value}");
                _ = refusal is null ? ran++ : refused++;
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        watch.Elapsed.ShouldBeLessThan(Most);
        refused.ShouldBeGreaterThan(Values.Length * 3);
        ran.ShouldBeGreaterThan(Values.Length);
    }

    [Theory]
    [InlineData("num_attention_heads", "0", "num_attention_heads in ", "is 0")]
    [InlineData("num_key_value_heads", "3", "num_key_value_heads 3", "no multiple")]
    [InlineData("num_hidden_layers", "2147483647", "num_hidden_layers in ", "2147483647")]
    [InlineData("num_hidden_layers", "3", "model.layers.2.", "has no tensor")]
    [InlineData("rms_norm_eps", "NaN", "rms_norm_eps in ", "NaN")]
    [InlineData("rms_norm_eps", "-1", "rms_norm_eps in ", "-1")]
    [InlineData("rope_theta", "0", "rope_theta in ", "is 0")]
    [InlineData("rope_theta", "Infinity", "rope_theta in ", "Infinity")]
    [InlineData("hidden_size", "true", "hidden_size in ", "is true")]
    [InlineData("vocab_size", "-1", "vocab_size in ", "is -1")]
    [InlineData("head_dim", "7", "head_dim 7", "odd")]
    [InlineData("hidden_act", "\"softer\"", "hidden_act in ", "softer")]
    [InlineData("rope_scaling", "{\"rope_type\": \"linear\", \"factor\": 0}", "factor in ", "is 0")]
    [InlineData("rope_scaling", "{\"rope_type\": \"llama3\", \"factor\": 2}", "original_max_position_embeddings", "missing")]
    public void Load_ImpossibleLlama_NamesKeyValueAndFile(string key, string value, string named, string shown)
    {
        var source = Path.Combine(TestTree.Conformance, "models", "decoders", "llama_mha");
        var folder = TestTree.Copy(source, "expected.safetensors", "case.json");
        try
        {
            var config = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "config.json")))!.AsObject();
            config.Remove("rope_parameters");
            config["rope_theta"] = 100;
            File.WriteAllText(Path.Combine(folder, "config.json"), Mutate(config, [key], value));

            var refusal = Trial.Run(folder).ShouldNotBeNull();

            refusal.Message.ShouldContain(named);
            refusal.Message.ShouldContain(shown);
            refusal.Message.ShouldContain(folder);
            refusal.InnerException.ShouldBeNull();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Exception? Try(string folder, string what)
    {
        try
        {
            return Trial.Run(folder);
        }
        catch (Exception problem)
        {
            throw new InvalidOperationException($"{what}: {problem.Message}", problem);
        }
    }

    // Keys that describe the computation; the others (names of files' authors, dropout) are read by nobody.
    private static IEnumerable<string[]> Keys(JsonObject config)
    {
        foreach (var (key, value) in config)
        {
            yield return [key];
            if (value is JsonObject nested && key.StartsWith("rope", StringComparison.Ordinal))
            {
                foreach (var (inner, _) in nested)
                {
                    yield return [key, inner];
                }
            }
        }
    }

    // By text: JSON has no NaN, but configurations do.
    private static string Mutate(JsonObject config, string[] path, string value)
    {
        var copy = config.DeepClone().AsObject();
        var at = path[..^1].Aggregate(copy, (node, key) => node[key]!.AsObject());
        at[path[^1]] = JsonNode.Parse("\"here\"");
        return copy.ToJsonString().Replace("\"here\"", value, StringComparison.Ordinal);
    }
}
