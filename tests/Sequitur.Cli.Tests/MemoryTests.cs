using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sequitur.Cli.Tests;

/// <summary><c>--cache</c>, and <c>--memory</c>: what does not fit is refused with the sum and with what would fit, on every command that runs a model.</summary>
public sealed partial class MemoryTests
{
    private const string Value = "layers.29.attn_out";

    // The embedded model's weights take 96,436,224 bytes when they are packed.
    private const string TooLittle = "60MB";
    private const string Little = "200MB";

    [GeneratedRegex(@"(?<needed>[\d,]+) bytes are needed \((?<weights>[\d,]+) for weights, (?<cache>[\d,]+) for the cache of 8,192 positions, (?<each>[\d,]+) a position, and (?<buffers>[\d,]+) for buffers\), and 200,000,000 bytes may be taken: use a --context of (?<context>\d+) at most")]
    private static partial Regex Sum { get; }

    [Theory]
    [InlineData("f32")]
    [InlineData("f16")]
    [InlineData("q8_0")]
    public void Run_Cache_Answers(string cache)
    {
        var result = Run("--cache", cache);

        result.Code.ShouldBe(0, result.Error);
        result.Output.ShouldContain("Paris");
    }

    [Fact]
    public void Trace_Cache_ChangesWhatIsRead()
    {
        var (standard, half, single, bytes) = (Traced(), Traced("--cache", "f16"), Traced("--cache", "f32"), Traced("--cache", "q8_0"));

        half.ShouldBe(standard);
        Traced("--compute", "f32").ShouldBe(Traced("--compute", "f32", "--cache", "f32"));
        new[] { half, single, bytes }.Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public void Bench_Json_NamesTheCache()
    {
        var result = CliResult.Of("bench", "--model", Repository.Model, "--context", "64", "--prompt", "4", "--generate", "2", "--repeat", "1", "--json", "--cache", "q8_0");

        result.Code.ShouldBe(0, result.Error);
        using var json = JsonDocument.Parse(result.Output);
        json.RootElement.GetProperty("cache").GetString().ShouldBe("q8_0");
    }

    [Theory]
    [InlineData("run", "hello", "--model")]
    [InlineData("explain", "hello", "--model")]
    [InlineData("bench", "--model")]
    [InlineData("chat", "--model")]
    [InlineData("trace", "--prompt", "hello", "--value", Value)]
    public void Command_ModelLargerThanMemory_IsRefused(params string[] args)
    {
        var result = CliResult.On(80, "hello\n", null, [.. args, Repository.Model, "--memory", TooLittle]);

        result.ShouldFail(4, "96,436,224 for weights");
        result.Error.ShouldContain("60,000,000 bytes may be taken: use --low-memory, which reads weights from the file, with a smaller --context");
    }

    [Fact]
    public void Run_ContextDoesNotFit_SaysWhichDoes()
    {
        var refused = Run("--memory", Little, "--context", "8192");
        refused.ShouldFail(4, "the model does not fit at this context: ");
        var sum = Sum.Match(refused.Error);
        sum.Success.ShouldBeTrue(refused.Error);

        Number("needed").ShouldBe(Number("weights") + Number("cache") + Number("buffers"));
        Number("each").ShouldBe(30 * 2 * 3 * 64 * 2); // layers, keys and values, heads, numbers of F16
        var context = int.Parse(sum.Groups["context"].Value, CultureInfo.InvariantCulture);
        context.ShouldBeInRange(64, 8191);
        var fits = Run("--memory", Little, "--context", $"{context}");
        fits.Code.ShouldBe(0, fits.Error);
        Run("--memory", Little, "--context", $"{context + 128}").Code.ShouldBe(4);

        long Number(string name) => long.Parse(sum.Groups[name].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Run_CacheOfBytesWouldFit_SaysSo()
    {
        Run("--memory", "250MB", "--context", "8192").ShouldFail(4, "or keep the context and use --cache q8_0");
        var fits = Run("--memory", "250MB", "--context", "8192", "--cache", "q8_0");
        fits.Code.ShouldBe(0, fits.Error);
    }

    [Fact]
    public void Run_LowMemoryOfAModelLargerThanMemory_WarnsOfTheDisk()
    {
        var result = Run("--memory", TooLittle, "--context", "64", "--low-memory");

        result.Code.ShouldBe(0, result.Error);
        result.Error.ShouldContain("warning: the weights have 96.6 MB, more than the memory of 60.0 MB");
    }

    [Theory]
    [InlineData("1", 1L)]
    [InlineData("1000kB", 1_000_000L)]
    [InlineData("1.5 GB", 1_500_000_000L)]
    [InlineData("2tb", 2_000_000_000_000L)]
    [InlineData("0", null)]
    [InlineData("1.5", null)]
    [InlineData("-1MB", null)]
    [InlineData("MB", null)]
    [InlineData("1MiB", null)]
    [InlineData("", null)]
    [InlineData("99999999999999999999TB", null)]
    public void ParseBytes_Text_IsANumberOrNone(string text, long? bytes) => Output.Quantity.ParseBytes(text).ShouldBe(bytes);

    private static CliResult Run(params string[] options) =>
        CliResult.Of(["run", "What is the capital of France?", "--model", Repository.Model, "--max-tokens", "8", .. options]);

    private static string Traced(params string[] options)
    {
        var result = CliResult.Of(["trace", Repository.Model, "--prompt", "Once upon a time", "--value", Value, "--json", .. options]);
        result.Code.ShouldBe(0, result.Error);
        return result.Output;
    }
}
