using System.Text;
using Sequitur.Formats.SafeTensors;
using Sequitur.Formats.Tests.Gguf;

namespace Sequitur.Formats.Tests.SafeTensors;

public class SafeTensorsTests
{
    private static readonly string Own = Path.Combine(Conformance.Own, "safetensors");

    public static IEnumerable<TheoryDataRow<string, string>> Valid => Conformance.Files("safetensors_valid.json");

    public static IEnumerable<TheoryDataRow<string, string>> Invalid => Conformance.Files("safetensors_invalid.json");

    public static IEnumerable<TheoryDataRow<string, string>> Borderline => Conformance.Files("safetensors_borderline.json");

    [Theory]
    [MemberData(nameof(Valid))]
    public void Open_ValidFile_HoldsWhatIsStated(string folder, string name)
    {
        using var file = SafeTensorsFile.Open(PathOf(folder, "valid", name));

        ShouldMatch(file, Conformance.Case("safetensors_valid.json", name, Conformance.Folders[folder]));
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Open_InvalidFile_IsRefused(string folder, string name)
    {
        var path = PathOf(folder, "invalid", name);

        Conformance.ShouldBeRefused(path, () => SafeTensorsFile.Open(path).Dispose());
    }

    [Theory]
    [MemberData(nameof(Borderline))]
    public void Open_BorderlineFile_IsRefusedOrRead(string folder, string name)
    {
        SafeTensorsFile file;
        try
        {
            file = SafeTensorsFile.Open(PathOf(folder, "borderline", name));
        }
        catch (SequiturException problem)
        {
            Conformance.ShouldBeClear(problem);
            return;
        }

        using (file)
        {
            if (Conformance.Case("safetensors_borderline.json", name, Conformance.Folders[folder]).TryGetProperty("if_accepted", out var expected))
            {
                ShouldMatch(file, expected);
            }
        }
    }

    [Theory]
    [InlineData("newline_padding.safetensors")]
    [InlineData("extra_field.safetensors")]
    [InlineData("metadata_null.safetensors")]
    [InlineData("newer_dtypes.safetensors")]
    public void Open_BorderlineThatIsHarmless_IsRead(string name)
    {
        using var file = SafeTensorsFile.Open(Path.Combine(Own, "borderline", name));

        file.Tensors.ShouldNotBeEmpty();
    }

    [Fact]
    public void Open_FileCutAnywhere_IsRefused()
    {
        using var directory = new TemporaryDirectory();
        var bytes = File.ReadAllBytes(Path.Combine(Own, "valid", "all_dtypes.safetensors"));
        for (var part = 0; part < 64; part++)
        {
            var path = directory.Write("cut.safetensors", bytes.AsSpan(0, bytes.Length * part / 64));

            Conformance.ShouldBeRefused(path, () => SafeTensorsFile.Open(path).Dispose());
        }
    }

    [Theory]
    [InlineData("all_dtypes.safetensors")]
    [InlineData("metadata.safetensors")]
    [InlineData("escaped_names.safetensors")]
    public void Open_FileWithChangedBytes_IsReadOrRefusedCleanly(string name)
    {
        using var directory = new TemporaryDirectory();
        var bytes = File.ReadAllBytes(Path.Combine(Own, "valid", name));
        var refused = 0;
        for (var seed = 0; seed < 2000; seed++)
        {
            var path = directory.Write("changed.safetensors", Mutation.Of(bytes, seed, bytes.Length));
            refused += Mutation.Try(() => SafeTensorsFile.Open(path).Dispose()) ? 0 : 1;
        }

        refused.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Open_Directory_ReadsTheShardsOfItsIndex()
    {
        using var source = SafeTensorsWeightSource.Open(Path.Combine(Own, "valid", "sharded"));

        source.Names.Order().ShouldBe(["a", "b", "c"]);
        source.Find("c")!.Shape.ShouldBe([2, 3]);
        source.Find("c")!.Data.AsSpan<float>()[3].ShouldBe(-0.8323811292648315f);
        source.Find("d").ShouldBeNull();
    }

    [Theory]
    [InlineData("../model-00001-of-00002.safetensors")]
    [InlineData("sub/model.safetensors")]
    [InlineData("sub\\\\model.safetensors")]
    [InlineData("/etc/model.safetensors")]
    [InlineData("c:model.safetensors")]
    [InlineData("..")]
    [InlineData(".safetensors")]
    [InlineData("")]
    [InlineData("absent.safetensors")]
    public void Open_IndexThatLeadsElsewhere_IsRefused(string shard)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write(SafeTensorsWeightSource.IndexName, Encoding.UTF8.GetBytes("{\"weight_map\": {\"a\": \"" + shard + "\"}}"));

        Conformance.ShouldBeRefused(path, () => SafeTensorsWeightSource.Open(directory.Path).Dispose());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"weight_map": []}""")]
    [InlineData("""{"weight_map": {"a": 1}}""")]
    [InlineData("""{"weight_map": {"zzz": "one.safetensors"}}""")]
    [InlineData("""{"weight_map": {"w": "one.safetensors", "w": "one.safetensors"}}""")]
    [InlineData("""{"weight_map": {"w": "one\ud800.safetensors"}}""")]
    [InlineData("""{"weight_map": """)]
    public void Open_IndexThatIsNotSound_IsRefused(string json)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("one.safetensors", File.ReadAllBytes(Path.Combine(Own, "valid", "metadata.safetensors")));
        var path = directory.Write(SafeTensorsWeightSource.IndexName, Encoding.UTF8.GetBytes(json));

        Conformance.ShouldBeRefused(path, () => SafeTensorsWeightSource.Open(path).Dispose());
    }

    [Fact]
    public void Open_DirectoryWithPicklesOnly_SaysSo()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("pytorch_model.bin", [1]);

        Should.Throw<SequiturException>(() => SafeTensorsWeightSource.Open(directory.Path)).Message.ShouldContain("convert them to safetensors");
    }

    private static string PathOf(string folder, string kind, string name) => Path.Combine(Conformance.Folders[folder], "safetensors", kind, name);

    private static void ShouldMatch(SafeTensorsFile file, System.Text.Json.JsonElement expected)
    {
        file.HeaderBytes.ShouldBe(expected.GetProperty("header_bytes").GetInt32());
        var metadata = expected.GetProperty("metadata");
        var pairs = metadata.ValueKind == System.Text.Json.JsonValueKind.Object ? metadata.EnumerateObject().ToDictionary(item => item.Name, item => item.Value.GetString()!) : [];
        file.Metadata.OrderBy(pair => pair.Key).ShouldBe(pairs.OrderBy(pair => pair.Key));
        var tensors = expected.GetProperty("tensors").EnumerateArray().ToDictionary(item => item.GetProperty("name").GetString()!);
        file.Tensors.Select(tensor => tensor.Name).Order().ShouldBe(tensors.Keys.Order());
        foreach (var tensor in file.Tensors)
        {
            var wanted = tensors[tensor.Name];
            tensor.Format.ShouldBe(wanted.GetProperty("dtype").GetString());
            Expected.ShouldMatch(tensor, wanted, wanted.GetProperty("shape").EnumerateArray().Select(item => item.GetInt64()));
            Numbers.ShouldMatch(tensor, wanted);
        }
    }
}
