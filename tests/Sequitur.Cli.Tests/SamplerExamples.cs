namespace Sequitur.Cli.Tests;

/// <summary>What flags of samplers do, and what is refused.</summary>
public sealed class SamplerExamples
{
    private const string Question = "What is the capital of France?";

    [Fact]
    public void BadWords_OfTheAnswer_DoNotCome()
    {
        var result = CliResult.Of("run", Question, "--model", Repository.Model, "--max-tokens", "12", "--bad-words", "Paris", "--no-repeat-ngram", "2");

        result.Code.ShouldBe(0, result.Error);
        result.Output.Length.ShouldBeGreaterThan(1);
        result.Output.ShouldNotContain("Paris");
    }

    [Theory]
    [InlineData("--top-p must be a number from 0 to 1, not '1.5'", "--top-p", "1.5")]
    [InlineData("--temperature must be a number from 0, not 'NaN'", "--temperature", "NaN")]
    [InlineData("--top-k must be a whole number from 0, not '-1'", "--top-k", "-1")]
    [InlineData("--mirostat", "--mirostat", "2", "--temperature", "1", "--top-k", "40")]
    [InlineData("set --temperature above 0", "--mirostat", "2")]
    [InlineData("--logit-bias must be ID=VALUE", "--logit-bias", "paris")]
    [InlineData("not in the vocabulary", "--logit-bias", "60000=1")]
    [InlineData("there is no sampler 'luck'", "--samplers", "luck;top_k")]
    [InlineData("--min-p has no effect", "--samplers", "top_k", "--min-p", "0.1")]
    [InlineData("--dry-sequence-breaker", "--dry-sequence-breaker", "")]
    public void Impossible_Values_AreUsage(string says, params string[] flags) => CliResult.Of(["run", Question, "--model", Repository.Model, .. flags]).ShouldFail(2, says);

    [Fact]
    public void Flags_GivenNegativeOrSeveralTimes_AreRead()
    {
        // Two tokens of any weight that matters: the likelier is forbidden, so the answer begins otherwise.
        string[] question = ["run", "--raw", "Once upon a time", "--model", Repository.Model, "--max-tokens", "2", "--presence-penalty", "-0.5", "--frequency-penalty", "0.1"];
        var plain = CliResult.Of(question);
        var biased = CliResult.Of([.. question, "--logit-bias", "28=-inf", "--logit-bias", "253=-5"]);

        plain.Code.ShouldBe(0, plain.Error);
        biased.Code.ShouldBe(0, biased.Error);
        plain.Output.ShouldStartWith(",");
        biased.Output.ShouldNotStartWith(",");
    }
}
