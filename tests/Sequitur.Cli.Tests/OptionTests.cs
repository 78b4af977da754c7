using Sequitur.Tensors;

namespace Sequitur.Cli.Tests;

/// <summary>Options that are wrong are named, with what they allow.</summary>
public sealed class OptionTests
{
    [Theory]
    [InlineData("--max-token", "--max-tokens")]
    [InlineData("--thread", "--threads")]
    [InlineData("--temprature", "--temperature")]
    [InlineData("--modle", "--model")]
    public void Run_UnknownOption_SuggestsTheNearest(string option, string meant)
    {
        foreach (var args in (string[][])[[option, "5", "hello"], ["hello", option, "5"], ["hello", $"{option}=5"]])
        {
            CliResult.Of(["run", "--model", Repository.Model, .. args]).ShouldFail(2, $"there is no option {option}; did you mean {meant}?");
        }
    }

    [Theory]
    [InlineData("--completely-other")]
    [InlineData("-z")]
    public void Run_UnknownOptionLikeNone_IsNamedAlone(string option)
    {
        var result = CliResult.Of("run", "hello", option);

        result.ShouldFail(2, $"there is no option {option}");
        result.Error.ShouldNotContain("did you mean");
    }

    [Theory]
    [InlineData("--max-tokens", "--max-tokens needs a value: a whole number from 1")]
    [InlineData("--threads", "--threads needs a value: a whole number from 1 to 1024")]
    [InlineData("--compute", "--compute needs a value: auto or f32")]
    [InlineData("--cache", "--cache needs a value: f32, f16 or q8_0")]
    [InlineData("--memory", "--memory needs a value: a number of bytes such as 800000000, 800MB or 1.5GB")]
    [InlineData("--cpu", "--cpu needs a value: scalar, v128, v256 or v512")]
    [InlineData("--model", "--model needs a value: a file or directory")]
    [InlineData("--stop", "--stop needs a value: a text of at least one character")]
    public void Run_MissingValue_SaysWhatIsAllowed(string option, string message) => CliResult.Of("run", "hello", option).ShouldFail(2, message);

    [Theory]
    [InlineData("--max-tokens", "0", "--max-tokens must be a whole number from 1, not '0'")]
    [InlineData("--max-tokens", "99999999999999999999", "--max-tokens must be a whole number from 1, not '99999999999999999999'")]
    [InlineData("--threads", "1025", "--threads must be a whole number from 1 to 1024, not '1025'")]
    [InlineData("--compute", "f16", "--compute must be auto or f32, not 'f16'")]
    [InlineData("--cache", "q4", "--cache must be f32, f16 or q8_0, not 'q4'")]
    [InlineData("--memory", "lots", "--memory must be a number of bytes such as 800000000, 800MB or 1.5GB, not 'lots'")]
    [InlineData("--seed", "-1", "--seed must be a whole number from 0, not '-1'")]
    [InlineData("--stop", "", "--stop must be a text of at least one character, not ''")]
    public void Run_ImpossibleValue_SaysWhatIsAllowed(string option, string value, string message)
    {
        var result = CliResult.Of("run", "hello", option, value);

        result.ShouldFail(2, message);
        result.Error.ShouldNotContain(";"); // once
    }

    [Theory]
    [InlineData("--cache", "Q8_0", "q8_0")]
    [InlineData("--cache", "fp16", "f16")]
    [InlineData("--cpu", "v25", "v256")]
    public void Run_ValueAlmostRight_SuggestsIt(string option, string value, string meant)
    {
        foreach (var verb in (string[])["run", "explain"])
        {
            CliResult.Of(verb, "hello", option, value).ShouldFail(2, $", not '{value}'; did you mean {meant}? (see sequitur {verb} --help)");
        }
    }

    [Fact]
    public void NoSuchCommand_SaysWhichThereAre()
    {
        CliResult.Of("rum", "hello").ShouldFail(2, "there is no command 'rum'; did you mean run?; commands: ");
    }

    [Theory]
    [InlineData("@everyone")]
    [InlineData("-5 degrees, is that cold?")]
    public void Run_PromptThatLooksLikeSyntax_IsAPrompt(string prompt)
    {
        var result = CliResult.Of("run", prompt, "--model", Repository.Model, "--max-tokens", "1");

        result.Code.ShouldBe(0, result.Error);
    }

    [Fact]
    public void Run_PromptBehindDashes_IsAPrompt()
    {
        var result = CliResult.Of("run", "--model", Repository.Model, "--max-tokens", "1", "--", "--model");

        result.Code.ShouldBe(0, result.Error);
    }

    [Fact]
    public void Run_SeveralStops_TheEarliestEnds()
    {
        var result = CliResult.Of(
            "run", "--raw", "Once upon a time, in a small village by the sea, there lived", "--model", Repository.Model, "--compute", "f32", "--max-tokens", "9", "--stop", " and", "--stop", "ise", "--stop", "kind");

        result.ShouldBe(new CliResult(0, " a w\n", ""));
    }

    [Fact]
    public void Run_ContextIsFull_SaysThatTheAnswerIsCut()
    {
        var result = CliResult.Of("run", "--raw", "Once upon a time", "--model", Repository.Model, "--context", "8");

        result.Code.ShouldBe(0);
        result.Error.TrimEnd().ShouldBe("the answer is not finished: prompt (4) and answer (5) fill the context of 8; use a larger --context");
    }

    [Fact]
    public void Run_Verbose_SaysWhatIsDone()
    {
        var result = CliResult.Of("run", "--raw", "Once upon a time", "--model", Repository.Model, "--max-tokens", "2", "-v");

        result.Code.ShouldBe(0);
        result.Error.ShouldContain("4 tokens of prompt, 2 generated in");
        result.Error.ShouldContain("samplers greedy; ended by --max-tokens");
    }

    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("", "abc", 3)]
    [InlineData("same", "same", 0)]
    public void Distance_Words_IsLevenshteins(string a, string b, int expected) => SimilarNames.Distance(a, b).ShouldBe(expected);
}
