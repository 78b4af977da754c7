namespace House.Tests;

/// <summary>The lexer keeps code and blanks the rest.</summary>
public class LexerTests
{
    private const string Quotes = "\"\"\"";

    [Theory]
    [InlineData("a; // bad\nb;", "a;\nb;")]
    [InlineData("a; /* bad\nbad */ b;", "a; \n b;")]
    [InlineData("a;\n#region it's bad\nb;", "a;\n\nb;")]
    [InlineData("f(\"bad \\\" bad\", c);", "f(, c);")]
    [InlineData("f(@\"bad \"\" \\\", c);", "f(, c);")]
    [InlineData("f(@\"\"\"bad\"\"\", c);", "f(, c);")]
    [InlineData("f('\"', c, '\\'', d);", "f(, c, , d);")]
    [InlineData("f(" + Quotes + "bad \" bad" + Quotes + ", c);", "f(, c);")]
    [InlineData("f($\"bad {x.Y} bad {z:F2} {{bad}} {{{w}}}\", c);", "f(x.Yzw, c);")]
    [InlineData("f($\"{(p ? \"bad\" : q)}{global::R}\", c);", "f((p ? : q)global::R, c);")]
    [InlineData("f($\"{new { A = $\"{b}bad\" }.A}\", c);", "f(new { A = b }.A, c);")]
    [InlineData("f(@$\"bad {x} \"\" \\\", c);", "f(x, c);")]
    [InlineData("f($" + Quotes + "bad {x} \"bad" + Quotes + ", c);", "f(x, c);")]
    [InlineData("f($$" + Quotes + "{bad} {{x}} {{{y}}}" + Quotes + ", c);", "f(xy, c);")]
    [InlineData("f(\"\", c, @class);", "f(, c, @class);")]
    public void CodeOf_Text_KeepsOnlyCode(string text, string expected)
    {
        var code = Lexer.CodeOf(text);

        code.Length.ShouldBe(text.Length);
        Squeeze(code).ShouldBe(Squeeze(expected));
    }

    [Theory]
    [InlineData("a /* open")]
    [InlineData("a \"open")]
    [InlineData("a \"open\\")]
    [InlineData("a $\"{open")]
    [InlineData("a '")]
    public void CodeOf_UnfinishedText_Ends(string text) => Lexer.CodeOf(text).Trim().ShouldStartWith("a");

    private static string Squeeze(string code) => code.Replace(" ", "", StringComparison.Ordinal);
}
