using System.Text.Json;
using Sequitur.Formats.Gguf;

namespace Sequitur.Cli.Tests;

public sealed class ConvertTests : IDisposable
{
    private static readonly string[] Tiny = ["--random", "--layers", "1", "--width", "32", "--heads", "2", "--feed-forward", "32"];

    private readonly string _folder = Directory.CreateTempSubdirectory("sequitur-").FullName;

    private string Output => Path.Combine(_folder, "out.gguf");

    [Fact]
    public void Convert_ToF16_AnswersAlike()
    {
        var result = CliResult.Of("convert", Repository.Model, "--to", "F16", "-o", Output);

        result.Code.ShouldBe(0, result.Error);
        result.Output.ShouldBeEmpty();
        result.Error.ShouldContain("F16");
        CliResult.Of("run", "What is the capital of France?", "--model", Output, "--max-tokens", "24", "--temperature", "0").Output.ShouldContain("Paris");
    }

    [Fact]
    public void Convert_FileLargerThanTheSystemAllows_SaysSoAndLeavesNothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such limit");

        // The runtime itself keeps code in a file, by default.
        var result = Child.RunBehind(
            "ulimit -f 2048", new() { ["DOTNET_EnableWriteXorExecute"] = "0" }, ["convert", Repository.Model, "--to", "F16", "-o", Output]);

        result.ShouldFail(1, Output);
        Directory.GetFileSystemEntries(_folder).ShouldBeEmpty();
    }

    [Fact]
    public void Convert_FullDisk_SaysSoAndLeavesNothing()
    {
        // A disk of 4 MB, which only the new process sees.
        const int NoDisk = 77;
        var disk = $"exec unshare -rm /bin/sh -c 'mount -t tmpfs -o size=4m tmpfs {_folder} || exit {NoDisk}; \"$@\"; code=$?; ls -A {_folder}; exit $code' sh \"$@\"";
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux makes a disk for one process");

        var result = Child.RunBehind(disk, [], ["convert", Repository.Model, "--to", "F16", "-o", Output]);

        Assert.SkipWhen(result.Code is NoDisk or 126 or 127 || result.Error.Contains("unshare", StringComparison.Ordinal), $"this system makes no disk for one process: {result.Error}");
        result.ShouldFail(1, Output);
        result.Output.ShouldBeEmpty();
    }

    [Fact]
    public void Convert_Json_SaysWhatWasDone()
    {
        var result = CliResult.Of(["convert", .. Tiny, "--vocab", "40", "--to", "Q8_0", "-o", Output, "--json"]);

        result.Code.ShouldBe(0, result.Error);
        using var json = JsonDocument.Parse(result.Output);
        json.RootElement.GetProperty("file_bytes").GetInt64().ShouldBe(new FileInfo(Output).Length);
        json.RootElement.GetProperty("types").EnumerateArray().Select(type => type.GetProperty("type").GetString()).ShouldBe(["Q8_0", "F32"]);
        result.Error.ShouldContain("no vocabulary");
        using var file = GgufFile.Open(Output);
        file.Metadata.GetUInt32("llama.attention.head_count_kv").ShouldBe(2u);
    }

    [Fact]
    public void Convert_VocabularyFromAnotherFile_Speaks()
    {
        var vocabulary = Directory.GetFiles(Repository.Model, "*.gguf").Single();
        CliResult.Of(["convert", .. Tiny, "--vocab", "40", "--to", "Q4_1", "-o", Output, "--vocab-from", vocabulary]).ShouldFail(2, "49152 tokens");
        var made = CliResult.Of(["convert", .. Tiny, "--vocab", "49152", "--tied", "--to", "Q4_1", "--seed", "5", "-o", Output, "--vocab-from", vocabulary]);

        made.Code.ShouldBe(0, made.Error);
        CliResult.Of("run", "--raw", "Once", "--model", Output, "--max-tokens", "3").Code.ShouldBe(0);
    }

    [Fact]
    public void Convert_FileThatIsThere_NeedsForce()
    {
        File.WriteAllText(Output, "mine");

        CliResult.Of(["convert", .. Tiny, "--vocab", "40", "--to", "F32", "-o", Output]).ShouldFail(2, "--force");
        File.ReadAllText(Output).ShouldBe("mine");
        CliResult.Of(["convert", .. Tiny, "--vocab", "40", "--to", "F32", "-o", Output, "--force"]).Code.ShouldBe(0);
        GgufFile.Open(Output).Dispose();
        Directory.GetFiles(_folder).ShouldBe([Output]);
    }

    [Fact]
    public void Convert_IntoNoFolder_SaysSo()
    {
        var path = Path.Combine(_folder, "none", "out.gguf");
        var result = CliResult.Of(["convert", .. Tiny, "--vocab", "40", "--to", "F32", "-o", path]);

        result.Code.ShouldBe(1);
        result.Error.ShouldContain($"error: the file cannot be written: {path}");
    }

    [Theory]
    [InlineData("no such type", "Q8_0", "--random", "--shape", "smollm2-135m", "--to", "Q9_9", "-o", "x.gguf")]
    [InlineData("no type", "--to", "--random", "--shape", "smollm2-135m", "-o", "x.gguf")]
    [InlineData("no model", "model", "--to", "F16")]
    [InlineData("no name", "--output", "--random", "--shape", "smollm2-135m", "--to", "F16")]
    [InlineData("no sizes", "--width", "--random", "--layers", "2", "--to", "F16", "-o", "x.gguf")]
    [InlineData("no such shape", "llama-3.2-1b", "--random", "--shape", "gpt-9", "--to", "F16", "-o", "x.gguf")]
    [InlineData("sizes without --random", "--layers", "x.gguf", "--layers", "2", "--to", "F16")]
    [InlineData("threads", "--threads", "x.gguf", "--threads", "0", "--to", "F16")]
    public void Convert_WrongUsage_NamesIt(string what, string named, params string[] args)
    {
        what.ShouldNotBeEmpty();
        CliResult.Of(["convert", .. args]).ShouldFail(2, named);
    }

    [Fact]
    public void Convert_ToAMixture_AnswersAlikeAndNamesWhatDoesNotFit()
    {
        var result = CliResult.Of("convert", Repository.Model, "--to", "q5_k_m", "-o", Output, "--json");

        result.Code.ShouldBe(0, result.Error);
        result.Error.ShouldContain("are Q5_1: their rows of 576 numbers are no whole number of Q5_K blocks of 256");
        result.Error.Split('\n').Count(line => line.StartsWith("note:", StringComparison.Ordinal)).ShouldBe(2);
        using var json = JsonDocument.Parse(result.Output);
        json.RootElement.GetProperty("to").GetString().ShouldBe("Q5_K_M");
        CliResult.Of("run", "What is the capital of France?", "--model", Output, "--max-tokens", "24", "--temperature", "0").Output.ShouldContain("Paris");
    }

    [Fact]
    public void Convert_RowsThatNoBlockFits_SaysSo()
    {
        string[] odd = ["--random", "--layers", "1", "--width", "40", "--heads", "2", "--feed-forward", "40", "--vocab", "40"];
        CliResult.Of(["convert", .. odd, "--to", "Q4_K_M", "-o", Output]).ShouldFail(2, "rows of 40 numbers (token_embd.weight)");
        Directory.GetFiles(_folder).ShouldBeEmpty();
    }

    // Some 800 terabytes: no disk has them, which is known before the first byte.
    [Fact]
    public void Convert_MoreThanTheDiskHolds_SaysSo()
    {
        string[] huge = ["--random", "--layers", "1000", "--width", "16384", "--heads", "64", "--feed-forward", "65536", "--vocab", "40", "--experts", "64", "--experts-used", "2"];
        var result = CliResult.Of(["convert", .. huge, "--to", "F32", "-o", Output]);

        result.Code.ShouldBe(1);
        result.Error.ShouldContain($"error: the file cannot be written: {Output}: ");
        Directory.GetFiles(_folder).ShouldBeEmpty();
    }

    [Fact]
    public void Convert_MissingModel_SaysSo() => CliResult.Of("convert", Path.Combine(_folder, "none.gguf"), "--to", "F16").ShouldFail(3, "does not exist");

    [Theory]
    [InlineData("Model.Q4_1.gguf", "Model.Q8_0.gguf")]
    [InlineData("Model.Q4_K_M.gguf", "Model.Q8_0.gguf")]
    [InlineData("model-q4_0.gguf", "model.Q8_0.gguf")]
    [InlineData("big-BF16-00001-of-00003.gguf", "big.Q8_0.gguf")]
    [InlineData("v1.5.gguf", "v1.5.Q8_0.gguf")]
    public void Beside_Name_ChangesTheFormat(string name, string expected) => Path.GetFileName(OutputNames.Beside(Path.Combine(_folder, name), "Q8_0")).ShouldBe(expected);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
