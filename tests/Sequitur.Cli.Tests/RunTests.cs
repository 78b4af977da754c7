namespace Sequitur.Cli.Tests;

public sealed class RunTests
{
    private const string Question = "What is the capital of France?";

    [Theory]
    [InlineData("auto")]
    [InlineData("f32")]
    public void Run_CapitalOfFrance_NamesParis(string compute)
    {
        var result = CliResult.Of("run", Question, "--model", Repository.Model, "--compute", compute, "--max-tokens", "24");

        result.Code.ShouldBe(0, result.Error);
        result.Output.ShouldContain("Paris");
        result.Error.ShouldBeEmpty();
    }

    [Fact]
    public void Run_SameSeed_SameAnswer_OtherThreadsAndVectors()
    {
        CliResult Answer(string threads, string cpu) => CliResult.Of(
            "run", "Tell me a story.", "--model", Repository.Model, "--temperature", "0.9", "--seed", "11", "--max-tokens", "6", "--threads", threads, "--cpu", cpu);
        var first = Answer("1", "scalar");

        first.Code.ShouldBe(0, first.Error);
        first.Output.Length.ShouldBeGreaterThan(1);
        Answer("2", Kernels.Processor.Detected.Tier.ToString().ToLowerInvariant()).ShouldBe(first);
    }

    [Fact]
    public void Run_LowMemory_SameAnswer()
    {
        CliResult Answer(params string[] more) => CliResult.Of(["run", Question, "--model", Repository.Model, "--max-tokens", "8", .. more]);
        var packed = Answer();

        packed.Code.ShouldBe(0, packed.Error);
        packed.Output.Length.ShouldBeGreaterThan(1);
        Answer("--low-memory").ShouldBe(packed);
    }

    [Fact]
    public void Run_Raw_ContinuesTheText()
    {
        var result = CliResult.Of("run", "--raw", "Once upon a time, in a small village by the sea, there lived", "--model", Repository.Model, "--max-tokens", "2", "--compute", "f32");

        result.Output.ShouldBe(" a wise\n");
    }

    [Fact]
    public void Run_EmptyPrompt_IsUsage() => CliResult.Of("run", "", "--model", Repository.Model).ShouldFail(2, "prompt is empty");

    [Fact]
    public void Run_PromptOverContext_SaysTheCounts() =>
        CliResult.Of("run", string.Join(' ', Enumerable.Repeat("word", 60)), "--model", Repository.Model, "--context", "32").ShouldFail(4, "more than the context of 32");

    [Theory]
    [InlineData("--max-tokens", "0", "--max-tokens")]
    [InlineData("--max-tokens", "many", "--max-tokens")]
    [InlineData("--threads", "-1", "--threads")]
    [InlineData("--temperature", "-2", "temperature")]
    [InlineData("--temperature", "hot", "--temperature")]
    [InlineData("--compute", "f16", "f32")]
    [InlineData("--cpu", "mmx", "scalar")]
    [InlineData("--no-such-option", "1", "--no-such-option")]
    public void Run_ImpossibleOption_NamesIt(string option, string value, string named) =>
        CliResult.Of("run", "--model", Repository.Model, Question, option, value).ShouldFail(2, named);

    [Fact]
    public void Run_MissingModel_SaysSo() => CliResult.Of("run", Question, "--model", "/no/such/model.gguf").ShouldFail(3, "does not exist");

    [Fact]
    public void Run_ForeignFile_SaysWhatItIsNot()
    {
        var path = Path.Combine(Repository.Root, "README.md");
        CliResult.Of("run", Question, "--model", path).ShouldFail(3, "GGUF");
    }

    [Fact]
    public void Run_TruncatedModel_SaysSo()
    {
        var path = Path.GetTempFileName();
        try
        {
            using (var source = File.OpenRead(Directory.GetFiles(Repository.Model, "*.gguf").Single()))
            using (var copy = File.OpenWrite(path))
            {
                var start = new byte[3_000_000];
                source.ReadExactly(start);
                copy.Write(start);
            }

            CliResult.Of("run", Question, "--model", path).ShouldFail(3, "truncated");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Run_Verbose_ShowsWhereItCameFrom()
    {
        var result = CliResult.Of("run", Question, "--model", "/no/such/model.gguf", "--verbose");

        result.Code.ShouldBe(3);
        result.Error.ShouldContain("   at ");
    }

    [Fact]
    public void Run_ClosedOutput_EndsQuietly()
    {
        var error = new StringWriter();
        CommandLine.Run(["run", Question, "--model", Repository.Model, "--max-tokens", "8"], new BrokenStream(new Kernels.PipeClosedException()), error, terminal: CliResult.Here).ShouldBe(0);
        error.ToString().ShouldBeEmpty();
    }

    [Fact]
    public void Run_FullDisk_SaysSo()
    {
        var error = new StringWriter();
        CommandLine.Run(["run", Question, "--model", Repository.Model, "--max-tokens", "8"], new BrokenStream(new IOException("No space left on device")), error, terminal: CliResult.Here).ShouldBe(1);
        error.ToString().ShouldBe($"error: standard output cannot be written: No space left on device{Environment.NewLine}");
    }

    [Fact]
    public void NoSuchCommand_IsUsage() => CliResult.Of("fly").ShouldFail(2, "fly");

    /// <summary>Standard output that cannot be written to.</summary>
    private sealed class BrokenStream(IOException problem) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw problem;

        public override void Write(byte[] buffer, int offset, int count) => throw problem;
    }
}
