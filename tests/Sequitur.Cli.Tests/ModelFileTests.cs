using System.Security.Cryptography;
using System.Text.Json;

namespace Sequitur.Cli.Tests;

/// <summary><c>show</c>, <c>list</c> and <c>verify</c>.</summary>
public sealed class ModelFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sequitur-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(20)]
    [InlineData(80)]
    [InlineData(160)]
    public void Show_OnAPage_FitsIt(int width)
    {
        var result = Of(width, "show", Repository.Model, "--tensors");

        result.Code.ShouldBe(0, result.Error);
        result.Output.Split('\n').ShouldAllBe(line => line.Length <= width);
        result.Output.ShouldContain("134,515,008");
    }

    [Fact]
    public void Show_Json_SumsUp()
    {
        var json = Json(Of(80, "show", Repository.Model, "--json", "--context", "100"));
        var kinds = json.GetProperty("kinds").EnumerateArray().ToDictionary(kind => kind.GetProperty("kind").GetString()!, kind => kind.GetProperty("parameters").GetInt64());

        kinds.Keys.ShouldBe(["embedding", "attention", "feed-forward", "norms"]);
        kinds["embedding"].ShouldBe(49152 * 576);
        kinds["attention"].ShouldBe(30 * (2 * 576 * 576 + 2 * 192 * 576));
        kinds["feed-forward"].ShouldBe(30 * 3 * 576 * 1536);
        kinds["norms"].ShouldBe(61 * 576);
        kinds.Values.Sum().ShouldBe(json.GetProperty("parameters").GetInt64());
        json.GetProperty("tensors").GetArrayLength().ShouldBe(272);
        json.GetProperty("tied_head").GetBoolean().ShouldBeTrue();

        // 30 layers, keys and values, 3 heads of 64; pages of 64 positions: 2 for 100, and one to spare.
        var memory = json.GetProperty("memory");
        memory.GetProperty("cache_f16").GetInt64().ShouldBe(30L * 2 * 3 * 64 * 2 * 64 * 3);
        memory.GetProperty("cache_f32").GetInt64().ShouldBe(30L * 2 * 3 * 64 * 4 * 64 * 3);
        json.GetProperty("warnings").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public void Show_WhatIsMissing_IsWarnedOf()
    {
        using var model = new TinyModel();
        var warnings = Json(Of(80, "show", model.Write(), "--json")).GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()!).ToList();

        warnings.ShouldContain(warning => warning.StartsWith("no tokenizer.ggml.pre"));
    }

    [Fact]
    public void Show_BeginTokenOfTemplateAndFile_IsWarnedOf()
    {
        using var model = new TinyModel();
        var path = model.With("tokenizer.ggml.bos_token_id", 26u).With("tokenizer.ggml.add_bos_token", true).With("tokenizer.chat_template", "{{ bos_token }}{{ messages[-1].content }}").Write();

        Of(200, "show", path).Output.ShouldContain("other programs may put it twice");
    }

    [Fact]
    public void Show_UnsupportedArchitecture_IsShownWithAWarning()
    {
        using var model = new TinyModel();
        var result = Of(200, "show", model.With("general.architecture", "novel").With("general.name", "a\u001b[31mb").Write());

        result.Code.ShouldBe(0, result.Error);
        result.Output.ShouldContain("it cannot be run: ");
        result.Output.ShouldContain("'novel'");
        result.Output.ShouldContain(@"a\x1b[31mb");
        result.Output.ShouldNotContain("\u001b");
    }

    [Theory]
    [InlineData("show")]
    [InlineData("verify")]
    public void Path_WithoutAModel_IsOneLine(string verb)
    {
        Of(80, verb, Path.Combine(_folder, "none.gguf")).ShouldFail(3, "does not exist");
        Of(80, verb, _folder).ShouldFail(3, "holds neither");
    }

    [Fact]
    public void Show_TruncatedFile_IsOneLine() => Of(80, "show", Truncated()).ShouldFail(3, "cut.gguf");

    [Fact]
    public void Show_ContextBeyondCounting_IsUsage() => Of(80, "show", Repository.Model, "--context", "0").ShouldFail(2, "--context must be");

    [Fact]
    public void List_Folders_HoldsSoundAndBroken()
    {
        using var tiny = new TinyModel();
        File.Copy(tiny.With("general.name", "Tiny").Write(), Path.Combine(_folder, "tiny.gguf"));
        _ = Truncated();
        Directory.CreateDirectory(Path.Combine(_folder, "half"));
        File.WriteAllText(Path.Combine(_folder, "half", "config.json"), "{}");

        var json = Json(List("--json"));
        var models = json.GetProperty("models").EnumerateArray().ToDictionary(model => Path.GetFileName(model.GetProperty("path").GetString()!));

        models.Count.ShouldBe(5); // the embedded model, wherever the program lies, is one
        models["SmolLM2-135M-Instruct.Q4_1.gguf"].GetProperty("parameters").GetInt64().ShouldBe(134_515_008);
        models["tiny.gguf"].GetProperty("name").GetString().ShouldBe("Tiny");
        models["tiny.gguf"].GetProperty("problem").ValueKind.ShouldBe(JsonValueKind.Null);
        models["cut.gguf"].GetProperty("problem").GetString()!.ShouldContain("cut.gguf");
        models["half"].GetProperty("problem").GetString()!.ShouldContain("model.safetensors");
        foreach (var width in (int[])[20, 80, 160])
        {
            var page = List(width);
            page.Code.ShouldBe(0, page.Error);
            page.Output.Split('\n').ShouldAllBe(line => line.Length <= width);
            page.Output.ShouldContain("These cannot be run");
        }
    }

    [Fact]
    public void List_HubCache_IsRead()
    {
        var path = Cached();
        var model = Json(List("--json")).GetProperty("models").EnumerateArray().Single(model => model.GetProperty("path").GetString() == path);

        model.GetProperty("name").GetString().ShouldBe("org/some-name");
        model.GetProperty("bytes").GetInt64().ShouldBe(new FileInfo(path).ResolveLinkTarget(true) is FileInfo blob ? blob.Length : -1);
    }

    [Fact]
    public void List_MissingDirectory_IsUsage() => Of(80, "list", "--in", Path.Combine(_folder, "none")).ShouldFail(2, "there is no such directory");

    [Fact]
    public void Verify_EmbeddedModel_IsOk()
    {
        var states = States(Of(80, "verify", Repository.Model, "--json"));

        states.ShouldBe([("structure", "ok"), ("architecture", "ok"), ("text", "ok"), ("hash", "ok"), ("values", "skipped")]);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(80)]
    public void Verify_OnAPage_FitsIt(int width)
    {
        using var model = new TinyModel();
        var result = Of(width, "verify", model.Write(), "--values");

        result.Code.ShouldBe(0, result.Error);
        result.Output.Split('\n').ShouldAllBe(line => line.Length <= width);
        result.Output.ShouldStartWith("ok");
    }

    [Fact]
    public void Verify_Hash_IsHeldAgainstTheFile()
    {
        using var model = new TinyModel();
        var path = model.Write();
        var hash = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));

        Of(80, "verify", path, "--sha256", hash).Code.ShouldBe(0);
        var wrong = Of(80, "verify", path, "--json", "--sha256", new string('0', 64));
        wrong.Code.ShouldBe(3);
        States(wrong).ShouldContain(("hash", "failed"));
        Of(80, "verify", path, "--sha256", "12").ShouldFail(2, "--sha256 must be 64 hexadecimal digits, not '12'");
    }

    [Fact]
    public void Verify_HubCache_HoldsFilesAgainstTheirNames()
    {
        var path = Cached();
        States(Of(80, "verify", path, "--json")).ShouldContain(("hash", "ok"));

        // A bit of a weight flips: everything but the hash is as before.
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(new FileInfo(path).ResolveLinkTarget(true)!.FullName, bytes);
        var result = Of(80, "verify", path, "--json");
        result.Code.ShouldBe(3);
        States(result).ShouldBe([("structure", "ok"), ("architecture", "ok"), ("text", "ok"), ("hash", "failed"), ("values", "skipped")]);
    }

    [Fact]
    public void Verify_NumbersThatAreNone_AreCounted()
    {
        using var model = new TinyModel();
        var path = model.Write();
        var bytes = File.ReadAllBytes(path);
        BitConverter.GetBytes(float.NaN).CopyTo(bytes, bytes.Length - 4);
        BitConverter.GetBytes(float.NegativeInfinity).CopyTo(bytes, bytes.Length - 8);
        File.WriteAllBytes(path, bytes);

        var result = Of(200, "verify", path, "--values");
        result.Code.ShouldBe(3);
        result.Output.ShouldContain("failed");
        result.Output.ShouldContain("1 NaN and 1 infinite numbers in 1 tensor: blk.0.ffn_down.weight");
    }

    [Fact]
    public void Verify_TruncatedFile_FailsByCheck()
    {
        var result = Of(80, "verify", Truncated(), "--json", "--values");

        result.Code.ShouldBe(3);
        result.Error.ShouldBeEmpty();
        States(result)[0].ShouldBe(("structure", "failed"));
    }

    [Fact]
    public void Verify_MissingTensor_FailsTheArchitecture()
    {
        using var model = new TinyModel();
        var result = Of(200, "verify", model.With("llama.block_count", 2u).Write());

        result.Code.ShouldBe(3);
        result.Output.ShouldContain("blk.1.");
    }

    [Fact]
    public void Verify_UnsupportedArchitecture_IsSkipped()
    {
        using var model = new TinyModel();
        var result = Of(80, "verify", model.With("general.architecture", "novel").Write(), "--json");

        result.Code.ShouldBe(0);
        States(result).ShouldContain(("architecture", "skipped"));
    }

    private string Truncated()
    {
        using var model = new TinyModel();
        var path = Path.Combine(_folder, "cut.gguf");
        File.WriteAllBytes(path, File.ReadAllBytes(model.Write())[..^100]);
        return path;
    }

    // A model in a cache of downloads, as huggingface_hub lays it out.
    private string Cached()
    {
        using var model = new TinyModel();
        var bytes = File.ReadAllBytes(model.Write());
        var repository = Path.Combine(_folder, "hub", "models--org--some-name");
        var (blob, snapshot) = (Path.Combine(repository, "blobs", Convert.ToHexStringLower(SHA256.HashData(bytes))), Path.Combine(repository, "snapshots", "0123abcd"));
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        Directory.CreateDirectory(snapshot);
        File.WriteAllBytes(blob, bytes);
        var path = Path.Combine(snapshot, "tiny.gguf");
        File.CreateSymbolicLink(path, Path.Combine("..", "..", "blobs", Path.GetFileName(blob)));
        return path;
    }

    private CliResult List(params string[] args) => List(80, args);

    private CliResult List(int width, params string[] args) =>
        CliResult.On(width, null, new Dictionary<string, string> { ["HF_HOME"] = _folder }, ["list", "--in", _folder, "--in", Repository.Model, .. args]);

    private static List<(string Name, string State)> States(CliResult result) =>
        [.. JsonDocument.Parse(result.Output).RootElement.GetProperty("checks").EnumerateArray().Select(check => (check.GetProperty("name").GetString()!, check.GetProperty("state").GetString()!))];

    private static JsonElement Json(CliResult result)
    {
        result.Code.ShouldBe(0, result.Error);
        return JsonDocument.Parse(result.Output).RootElement;
    }

    private static CliResult Of(int width, params string[] args) => CliResult.On(width, null, null, args);
}
