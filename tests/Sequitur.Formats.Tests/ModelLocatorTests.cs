using System.Text;

namespace Sequitur.Formats.Tests;

public class ModelLocatorTests
{
    private static readonly string Gguf = Path.Combine(Conformance.Own, "gguf", "valid", "tensors.gguf");
    private static readonly string SafeTensors = Path.Combine(Conformance.Own, "safetensors", "valid", "metadata.safetensors");

    [Fact]
    public void Locate_FileOfEitherKind_GoesByItsContent()
    {
        using var directory = new TemporaryDirectory();
        var odd = directory.Write("model.bin", File.ReadAllBytes(Gguf));

        ModelLocator.Locate(Gguf).Kind.ShouldBe(ModelKind.Gguf);
        ModelLocator.Locate(odd).ShouldBe(new(ModelKind.Gguf, odd));
        ModelLocator.Locate(SafeTensors).Kind.ShouldBe(ModelKind.SafeTensors);
    }

    [Fact]
    public void Locate_Directory_IsHuggingFaceOrItsOnlyGguf()
    {
        using var directory = new TemporaryDirectory();
        Should.Throw<SequiturException>(() => ModelLocator.Locate(directory.Path)).Message.ShouldContain("neither config.json nor");
        var first = directory.Write("m-00001-of-00002.gguf", "GGUF"u8);
        directory.Write("m-00002-of-00002.gguf", "GGUF"u8);
        ModelLocator.Locate(directory.Path).ShouldBe(new(ModelKind.Gguf, first));
        directory.Write("other.gguf", "GGUF"u8);
        Should.Throw<SequiturException>(() => ModelLocator.Locate(directory.Path)).Message.ShouldContain("2 GGUF models");
        directory.Write("config.json", "{}"u8);
        ModelLocator.Locate(directory.Path).ShouldBe(new(ModelKind.HuggingFace, directory.Path));
    }

    [Fact]
    public void Locate_NothingThere_SaysSo()
    {
        Should.Throw<SequiturException>(() => ModelLocator.Locate("no/such/model.gguf")).Message.ShouldBe("the model does not exist: no/such/model.gguf");
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("PK\u0003\u0004", "zip archive")]
    [InlineData("<!DOCTYPE html><html>", "web page")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00", "git lfs pull")]
    [InlineData("tjgg\u0003\0\0\0", "older than GGUF")]
    [InlineData("{\"a\": 1}", "JSON")]
    [InlineData("Once upon a time there was a file that was longer than the prefixé", "looks like text")]
    [InlineData("x", "looks like text")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0", "zeros")]
    [InlineData("\u0001\u0002\u0003", "starts with the bytes 010203")]
    public void Locate_ForeignFile_SaysWhatItLooksLike(string content, string expected)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write("model.gguf", Encoding.UTF8.GetBytes(content));

        var problem = Should.Throw<InvalidModelException>(() => ModelLocator.Locate(path));

        problem.Message.ShouldContain(expected);
        problem.Message.ShouldContain(path);
        Conformance.ShouldBeClear(problem);
    }
}
