using System.Text;
using System.Text.Json;

namespace Sequitur.Cli.Tests;

/// <summary><c>tokenize</c>.</summary>
public sealed class TokenizeTests
{
    private const string Emoji = "H🦙\tend";

    [Theory]
    [InlineData(80)]
    [InlineData(160)]
    public void Table_OnAPage_HasPositionsOfBytes(int width)
    {
        var result = Of(width, null, "tokenize", "Hello world");

        result.ShouldBe(new CliResult(0, "#     id  start  end  piece\n0  19556      0    5  Hello\n1    905      5   11  ␣world\n\n2 tokens, 11 bytes, 11 characters, 5.50 bytes a token\n", ""));
    }

    [Fact]
    public void Table_OnTwentyColumns_FitsAndLosesNothing()
    {
        var result = Of(20, null, "tokenize", "internationalization of a word");

        result.Code.ShouldBe(0, result.Error);
        result.Output.Split('\n').ShouldAllBe(line => line.Length <= 20);
        result.Output.ShouldContain("id: 39238\nstart: 0\nend: 13\npiece:\n  international\n");
    }

    [Fact]
    public void Json_PartialCharacters_AreBytesThatMakeTheText()
    {
        var json = Json(Of(80, null, "tokenize", Emoji, "--json"));
        var tokens = json.GetProperty("tokens").EnumerateArray().ToList();

        json.GetProperty("schema").GetString().ShouldBe("sequitur.tokenize");
        Encoding.UTF8.GetString(Convert.FromHexString(string.Concat(tokens.Select(token => token.GetProperty("bytes").GetString())))).ShouldBe(Emoji);
        tokens[0].GetProperty("start").GetInt32().ShouldBe(0);
        tokens.Zip(tokens.Skip(1)).ShouldAllBe(pair => pair.First.GetProperty("end").GetInt32() == pair.Second.GetProperty("start").GetInt32());
        tokens[^1].GetProperty("end").GetInt32().ShouldBe(Encoding.UTF8.GetByteCount(Emoji));
        json.GetProperty("character_count").GetInt32().ShouldBe(6);
    }

    [Fact]
    public void Table_ControlsAndPartialCharacters_AreEscaped()
    {
        var result = Of(80, "a\u001b[31m\t🦙\\", "tokenize");

        result.Code.ShouldBe(0, result.Error);
        result.Output.ShouldContain(@"\x1b");
        result.Output.ShouldContain(@"\xF0");
        result.Output.ShouldContain(@"\\");
        result.Output.Where(c => c != '\n').ShouldAllBe(c => !char.IsControl(c));
    }

    [Fact]
    public void Special_NamesOfTokens_AreTokensOnlyWhereAsked()
    {
        Of(80, null, "tokenize", "--ids", "--special", "<|im_end|>").Output.ShouldBe("2\n");
        Of(80, null, "tokenize", "--ids", "<|im_end|>").Output.Split(' ').Length.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Chat_Ids_AreThoseThatTheTemplateWrites()
    {
        var ids = Of(80, null, "tokenize", "--ids", "--chat", "--system", "Be brief.", "Hi <|im_end|>").Output.Trim();
        var text = Of(80, ids, "tokenize", "--decode", "-").Output;

        text.ShouldBe("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi <|im_end|><|im_end|>\n<|im_start|>assistant\n\n");
        ids.Split(' ').Count(id => id == "2").ShouldBe(2); // the user's words are no end of a turn
    }

    [Theory]
    [InlineData("19556 905")]
    [InlineData("19556,905")]
    [InlineData("[19556, 905]")]
    public void Decode_Ids_IsTheText(string ids) => Of(80, null, "tokenize", "--decode", ids).ShouldBe(new CliResult(0, "Hello world\n", ""));

    [Fact]
    public void Megabyte_OfStandardInput_IsTokenized()
    {
        var text = string.Concat(Enumerable.Repeat("The quick brown fox jumps. ", 40_000));
        var result = Of(80, text, "tokenize");

        result.Code.ShouldBe(0, result.Error);
        result.Output.ShouldEndWith(" bytes a token\n");
        result.Output.ShouldContain($"{text.Length:N0} bytes, {text.Length:N0} characters");
    }

    [Theory]
    [InlineData("the text is empty", "")]
    [InlineData("--special has no effect with --chat", "a", "--chat", "--special")]
    [InlineData("--system has no effect without --chat", "a", "--system", "b")]
    [InlineData("'60000' is no token id: they are whole numbers from 0 to 49151", "--decode", "60000")]
    [InlineData("'-1' is no token id", "--decode", "-1")]
    [InlineData("'x' is no token id", "--decode", "1 x")]
    [InlineData("--decode takes ids", "a", "--decode", "1")]
    public void Impossible_Flags_AreUsage(string says, params string[] args) => Of(80, null, ["tokenize", .. args]).ShouldFail(2, says);

    [Fact]
    public void Model_ThatIsMissing_IsNamed() => Of(80, null, "tokenize", "a", "--model", "/no/such.gguf").ShouldFail(3, "/no/such.gguf");

    private static JsonElement Json(CliResult result)
    {
        result.Code.ShouldBe(0, result.Error);
        return JsonDocument.Parse(result.Output).RootElement;
    }

    private static CliResult Of(int width, string? input, params string[] args) => CliResult.On(width, input, null, [.. args, .. args.Contains("--model") ? [] : new[] { "--model", Repository.Model }]);
}
