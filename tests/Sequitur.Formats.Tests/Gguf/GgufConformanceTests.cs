using System.Text.Json;
using Sequitur.Formats.Gguf;

namespace Sequitur.Formats.Tests.Gguf;

public class GgufConformanceTests
{
    private static readonly string Root = Path.Combine(Conformance.Containers, "gguf");
    private static readonly string Own = Path.Combine(Conformance.Own, "gguf");

    public static IEnumerable<TheoryDataRow<string>> Valid => Conformance.Files("gguf_valid.json");

    public static IEnumerable<TheoryDataRow<string>> Invalid => Conformance.Files("gguf_invalid.json");

    public static IEnumerable<TheoryDataRow<string>> Borderline => Conformance.Files("gguf_borderline.json");

    public static IEnumerable<TheoryDataRow<string>> Models =>
        Directory.GetFiles(Path.Combine(Conformance.Containers, "models"), "*.gguf", SearchOption.AllDirectories)
            .Select(path => new TheoryDataRow<string>(Path.GetRelativePath(Conformance.Containers, path)));

    [Theory]
    [MemberData(nameof(Valid))]
    public void Open_ValidFile_HoldsWhatIsStated(string name)
    {
        using var file = GgufFile.Open(Path.Combine(Root, "valid", name));

        Expected.ShouldMatch(file, Conformance.Case("gguf_valid.json", name));
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Open_InvalidFile_IsRefused(string name)
    {
        var path = Path.Combine(Root, "invalid", name);

        Conformance.ShouldBeRefused(path, () => GgufWeightSource.Open(path).Dispose());
    }

    [Theory]
    [MemberData(nameof(Borderline))]
    public void Open_BorderlineFile_IsRefusedOrRead(string name)
    {
        var path = Path.Combine(Root, "borderline", name);
        GgufFile file;
        try
        {
            file = GgufFile.Open(path);
        }
        catch (SequiturException problem)
        {
            Conformance.ShouldBeClear(problem);
            return;
        }

        using (file)
        {
            if (Conformance.Case("gguf_borderline.json", name).TryGetProperty("if_accepted", out var expected))
            {
                Expected.ShouldMatch(file, expected);
            }
        }
    }

    [Fact]
    public void Open_FilesInTheFolders_AreAllListed()
    {
        foreach (var folder in (string[])["valid", "invalid", "borderline"])
        {
            var listed = Conformance.Cases($"gguf_{folder}.json").Select(item => item.GetProperty("file").GetString()).ToHashSet();
            var found = Directory.GetFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Path.Combine(Root, folder), path).Replace('\\', '/'))
                .Where(name => folder != "invalid" || !name.Contains('/') || name.Contains("00001-of", StringComparison.Ordinal));
            found.Where(name => !listed.Contains(name)).ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("nested_array.gguf")]
    [InlineData("offsets_out_of_order.gguf")]
    [InlineData("hole_between_tensors.gguf")]
    [InlineData("no_final_padding.gguf")]
    [InlineData("trailing_bytes.gguf")]
    [InlineData("tensor_name_64.gguf")]
    [InlineData("zero_dims.gguf")]
    [InlineData("string_not_utf8.gguf")]
    [InlineData("type_q8_k.gguf")]
    [InlineData("type_q2_0.gguf")]
    public void Open_BorderlineThatIsHarmless_IsRead(string name)
    {
        using var file = GgufFile.Open(Path.Combine(Own, "borderline", name));

        file.Version.ShouldBe(3);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Open_SmallModel_IsASoundContainer(string name)
    {
        using var source = GgufWeightSource.Open(Path.Combine(Conformance.Containers, name));

        source.File.Metadata.GetString("general.architecture").ShouldNotBeEmpty();
        source.Names.ShouldAllBe(tensor => source.Find(tensor)!.Data.Bytes > 0);
    }

    [Fact]
    public void Open_SplitModel_HoldsTheTensorsOfAllFiles()
    {
        using var source = GgufWeightSource.Open(Path.Combine(Own, "valid", "split", "model-00001-of-00003.gguf"));

        source.Names.ShouldBe(["blk.0.w", "blk.1.w", "blk.2.w", "blk.3.w", "blk.4.w"]);
        source.Find("blk.4.w")!.Shape.ShouldBe([6, 4]);
        source.Find("blk.5.w").ShouldBeNull();
    }

    [Fact]
    public void Open_SecondFileOfASplitModel_AsksForTheFirst()
    {
        var path = Path.Combine(Own, "valid", "split", "model-00002-of-00003.gguf");

        Should.Throw<InvalidModelException>(() => GgufWeightSource.Open(path)).Message.ShouldContain("open the first");
    }

    [Fact]
    public void Open_BigEndianWeights_AreRefusedByName()
    {
        var path = Path.Combine(Own, "valid", "big_endian.gguf");

        Should.Throw<UnsupportedModelException>(() => GgufWeightSource.Open(path)).Message.ShouldContain("big-endian");
    }

    [Fact]
    public void Open_UnknownVersion_IsNamed()
    {
        Should.Throw<UnsupportedModelException>(() => GgufFile.Open(Path.Combine(Own, "invalid", "version_4.gguf"))).Message.ShouldContain("version 4");
    }

    [Fact]
    public void Open_TruncatedData_SaysWhatToDo()
    {
        var path = Path.Combine(Own, "invalid", "data_truncated.gguf");

        Should.Throw<InvalidModelException>(() => GgufFile.Open(path)).Message.ShouldEndWith("the file is truncated: download it again");
    }
}
