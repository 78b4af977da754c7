using System.Text.RegularExpressions;
using Sequitur.Formats.Gguf;

namespace Sequitur.Formats.Tests.Gguf;

public partial class GgufConformanceTests
{
    private static readonly string Own = Path.Combine(Conformance.Own, "gguf");

    public static IEnumerable<TheoryDataRow<string, string>> Valid => Conformance.Files("gguf_valid.json");

    public static IEnumerable<TheoryDataRow<string, string>> Invalid => Conformance.Files("gguf_invalid.json");

    public static IEnumerable<TheoryDataRow<string, string>> Borderline => Conformance.Files("gguf_borderline.json");

    public static IEnumerable<TheoryDataRow<string, string>> Models =>
        Conformance.Folders.SelectMany(folder => Directory.GetFiles(Path.Combine(folder.Value, "models"), "*.gguf", SearchOption.AllDirectories)
            .Select(path => new TheoryDataRow<string, string>(folder.Key, Path.GetRelativePath(folder.Value, path))));

    [Theory]
    [MemberData(nameof(Valid))]
    public void Open_ValidFile_HoldsWhatIsStated(string folder, string name)
    {
        using var file = GgufFile.Open(PathOf(folder, "valid", name));

        Expected.ShouldMatch(file, Conformance.Case("gguf_valid.json", name, Conformance.Folders[folder]));
    }

    [Theory]
    [MemberData(nameof(Valid))]
    public void Find_TensorOfAValidFile_HoldsTheNumbers(string folder, string name)
    {
        using var source = GgufWeightSource.Open(Later().Replace(PathOf(folder, "valid", name), "-00001-of-"));

        foreach (var tensor in Conformance.Case("gguf_valid.json", name, Conformance.Folders[folder]).GetProperty("tensors").EnumerateArray())
        {
            Numbers.ShouldMatch(source.Find(tensor.GetProperty("name").GetString()!)!, tensor);
        }
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Open_InvalidFile_IsRefused(string folder, string name)
    {
        var path = PathOf(folder, "invalid", name);

        Conformance.ShouldBeRefused(path, () => GgufWeightSource.Open(path).Dispose());
    }

    [Theory]
    [MemberData(nameof(Borderline))]
    public void Open_BorderlineFile_IsRefusedOrRead(string folder, string name)
    {
        var path = PathOf(folder, "borderline", name);
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
            if (Conformance.Case("gguf_borderline.json", name, Conformance.Folders[folder]).TryGetProperty("if_accepted", out var expected))
            {
                Expected.ShouldMatch(file, expected);
            }
        }
    }

    [Fact]
    public void Open_FilesInTheFolders_AreAllListed()
    {
        foreach (var (root, kind) in Conformance.Folders.Values.SelectMany(_ => (string[])["valid", "invalid", "borderline"], (root, kind) => (root, kind)))
        {
            var listed = Conformance.Cases($"gguf_{kind}.json", root).Select(item => item.GetProperty("file").GetString()).ToHashSet();
            var files = Path.Combine(root, "gguf", kind);
            var found = Directory.GetFiles(files, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(files, path).Replace('\\', '/'))
                .Where(name => kind != "invalid" || !name.Contains('/') || name.Contains("00001-of", StringComparison.Ordinal));
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
    public void Open_SmallModel_IsASoundContainer(string folder, string name)
    {
        using var source = GgufWeightSource.Open(Path.Combine(Conformance.Folders[folder], name));

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

    // The other files of a split model are reached by its first.
    [GeneratedRegex("-[0-9]{5}-of-")]
    private static partial Regex Later();

    private static string PathOf(string folder, string kind, string name) => Path.Combine(Conformance.Folders[folder], "gguf", kind, name);
}
