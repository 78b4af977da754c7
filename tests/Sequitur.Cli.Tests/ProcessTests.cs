using System.Text;

namespace Sequitur.Cli.Tests;

/// <summary>What only a process of its own has: standard input, signals, a pipe that closes, an environment.</summary>
public sealed class ProcessTests
{
    private static readonly Dictionary<string, string?> NoVariables = [];

    private static string[] Raw => ["run", "--raw", "--model", Repository.Model, "--max-tokens", "2", "--compute", "f32"];

    [Theory]
    [InlineData("Once upon a time, in a small village by the sea, there lived")]
    [InlineData("\uFEFFOnce upon a time, in a small village by the sea, there lived\r\n")]
    [InlineData("Once upon a time, in a small village by the sea, there lived\n\n")]
    public void Run_PipedPrompt_IsContinued(string input) => Child.Run(NoVariables, Encoding.UTF8.GetBytes(input), Raw).ShouldBe(new CliResult(0, " a wise\n", ""));

    [Fact]
    public void Run_PipedLines_AnswerIsTheSameForBothLineEnds()
    {
        var unix = Child.Run(NoVariables, "one\ntwo\nthree\n"u8.ToArray(), [.. Raw, "--json"]);
        unix.Code.ShouldBe(0, unix.Error);
        Child.Run(NoVariables, "one\r\ntwo\r\nthree\r\n"u8.ToArray(), [.. Raw, "--json"]).ShouldBe(unix);
        Child.Run(NoVariables, "one\ntwo\nthree\n"u8.ToArray(), [.. Raw, "--json", "-"]).ShouldBe(unix);
    }

    [Fact]
    public void Run_NoInput_IsUsage() => Child.Run(NoVariables, [], Raw).ShouldFail(2, "prompt is empty");

    [Fact]
    public void Run_InputThatIsNotUtf8_SaysWhere() => Child.Run(NoVariables, [(byte)'a', 0xE9, (byte)'b'], Raw).ShouldFail(3, "not UTF-8 at byte 1");

    [Fact]
    public void Run_PromptOfAMegabyte_IsRefusedWithTheCounts()
    {
        var prompt = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("All work and no play. ", 48_000)));
        prompt.Length.ShouldBeGreaterThan(1_000_000);

        Child.Run(NoVariables, prompt, Raw).ShouldFail(4, "more than the context of");
    }

    [Fact]
    public void Run_Variables_StandInForFlags()
    {
        var set = new Dictionary<string, string?>
        {
            ["SEQUITUR_MODEL"] = Repository.Model,
            ["SEQUITUR_RAW"] = "1",
            ["SEQUITUR_MAX_TOKENS"] = "5",
            ["SEQUITUR_COMPUTE"] = "f32",
            ["SEQUITUR_STOP"] = " wise",
            ["NO_COLOR"] = "1",
        };
        string[] args = ["run", "Once upon a time, in a small village by the sea, there lived"];

        Child.Run(set, [], args).ShouldBe(new CliResult(0, " a\n", ""));
        Child.Run(set, [], [.. args, "--max-tokens", "1"]).ShouldBe(new CliResult(0, " a\n", ""));
        Child.Run(set, [], [.. args, "--stop", "nothing", "--max-tokens", "2"]).ShouldBe(new CliResult(0, " a wise\n", ""));
    }

    [Theory]
    [InlineData("SEQUITUR_MAX_TOKENS", "many", "a whole number from 1")]
    [InlineData("SEQUITUR_CPU", "mmx", "scalar, v128, v256 or v512")]
    [InlineData("SEQUITUR_RAW", "maybe", "1 or 0")]
    public void Run_ImpossibleVariable_IsNamed(string name, string value, string allowed)
    {
        var result = Child.Run(new() { [name] = value }, [], "run", "hello", "--model", Repository.Model);

        result.ShouldFail(2, name);
        result.Error.ShouldContain(allowed);
        result.Error.ShouldContain($"'{value}'");
    }

    [Fact]
    public void Run_ReaderGoesAway_EndsQuietly()
    {
        using var child = Child.Start(NoVariables, "run", "Tell me a long story.", "--model", Repository.Model, "--max-tokens", "400");
        child.Output.Read().ShouldBeGreaterThan(0);
        child.Output.Close();

        var result = child.Wait(Task.FromResult(""));
        result.Error.ShouldBeEmpty();
        result.Code.ShouldBe(0);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void Run_SignalWhileAnswering_KeepsWhatIsThere(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent by kill");
        using var child = Child.Start(NoVariables, "run", "Tell me a long story.", "--model", Repository.Model, "--max-tokens", "4000");
        var first = (char)child.Output.Read();
        child.Signal(signal);

        var result = child.Finish();
        result.Code.ShouldBe(code, result.Error);
        (first + result.Output).Trim().Length.ShouldBeGreaterThan(1);
        result.Output.ShouldEndWith("\n");
        result.Error.ShouldMatch("^interrupted after [0-9]+ tokens\r?\n$");
    }

    [Fact]
    public void Run_SignalWhileReadingThePrompt_EndsAtOnce()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent by kill");
        using var child = Child.Start(NoVariables, "run", "--model", Repository.Model);
        var output = child.Output.ReadToEndAsync(TestContext.Current.CancellationToken);

        // There is no sign of a process that waits. Until it listens, the signal ends it with the same code and without the line.
        child.Input.Write(new byte[1 << 20]); // more than a pipe holds: it is reading when this returns
        child.Signal("INT");

        var result = child.Wait(output);
        result.Code.ShouldBe(130, result.Error);
        result.Output.ShouldBeEmpty();
        result.Error.Trim().ShouldBe("interrupted");
    }
}
