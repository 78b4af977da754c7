using System.Text;
using System.Text.Json;

namespace Sequitur.Tokenizers.Tests;

public class PreTokenizerTests
{
    public static TheoryData<string> Patterns => [.. Conformance.Json("tokenizers", "patterns", "patterns.json").GetProperty("cases").EnumerateArray()
        .Where(item => PreTokenizers.FindPattern(item.GetProperty("pattern").GetString()!) is not null).Select(item => item.GetProperty("name").GetString()!)];

    [Theory, MemberData(nameof(Patterns))]
    public void NextPiece_KnownPattern_GivesReferencePieces(string name)
    {
        string pattern = Conformance.Json("tokenizers", "patterns", "patterns.json").GetProperty("cases").EnumerateArray()
            .First(item => item.GetProperty("name").GetString() == name).GetProperty("pattern").GetString()!;
        IPreTokenizer scanner = PreTokenizers.FindPattern(pattern)!.Create();
        JsonElement splits = Conformance.Json("tokenizers", "patterns", "splits.json").GetProperty("cases").EnumerateArray()
            .First(item => item.GetProperty("name").GetString() == name).GetProperty("lengths");
        foreach ((int id, string text) in BpeCases.Strings)
        {
            Pieces(scanner, text).Select(piece => piece.EnumerateRunes().Count()).ToArray().ShouldBe(splits[id].Ints(), $"string {id}");
        }
    }

    [Fact]
    public void FindPattern_PatternsOfTheEmbeddedFamily_AreKnown() => Patterns.Count.ShouldBeGreaterThanOrEqualTo(4);

    [Theory]
    [InlineData("it'S we'LL \u017F'\u017Fa", "it|'S| we|'LL| \u017F|'\u017F|a")]
    [InlineData("1234567", "123|456|7")]
    [InlineData("$a (b)c\n\n x", "$a| (|b|)c|\n\n| x")]
    [InlineData("!?\r\nq  \n  \n   z", "!?\r\n|q|  \n  \n|  | z")]
    [InlineData("\ta\t\tb \u00a0c", "\ta|\t|\tb| |\u00a0c")]
    [InlineData("a \t !", "a| \t| !")]
    [InlineData("\na", "\n|a")]
    [InlineData("x   ", "x|   ")]
    public void NextPiece_Llama3_GivesPieces(string text, string pieces) => Pieces("llama-bpe", text).ShouldBe(pieces.Split('|'));

    [Fact]
    public void NextPiece_Digits_CutNumbersOut()
    {
        Pieces(new DigitsPreTokenizer(), "ab 12345c").ShouldBe(["ab ", "1", "2", "3", "4", "5", "c"]);
        Pieces(new DigitTriplesPreTokenizer(), "ab 12345c").ShouldBe(["ab ", "123", "45", "c"]);
        Pieces(new DigitRunsPreTokenizer(), "ab 12345c").ShouldBe(["ab ", "12345", "c"]);
    }

    [Theory]
    [InlineData("a   1", "a|   |1")]
    [InlineData("a   b", "a|  | b")]
    [InlineData("v12's", "v|1|2|'s")]
    [InlineData(" 12 ", " |1|2| ")]
    [InlineData("!?9", "!?|9")]
    [InlineData("x\n\n  5", "x|\n\n  |5")]
    [InlineData("𝟙𝟚²Ⅷ", "𝟙|𝟚|²|Ⅷ")]
    public void NextPiece_SmolLm_SplitsNumbersFirst(string text, string pieces) => Pieces("smollm", text).ShouldBe(pieces.Split('|'));

    [Theory]
    [InlineData("it's we'll", "it|'s| we|'ll")]
    [InlineData("'sx 'rex", "'s|x| '|rex")]
    [InlineData("!'s", "!'|s")]
    [InlineData("a\u001Cb", "a|\u001C|b")]
    [InlineData("a\u0085\u00A0b", "a|\u0085|\u00A0|b")]
    [InlineData("𐐀𐐨 𝒜", "𐐀𐐨| 𝒜")]
    public void NextPiece_Gpt2_GivesPieces(string text, string pieces) => Pieces("gpt-2", text).ShouldBe(pieces.Split('|'));

    [Theory, InlineData("gpt-2"), InlineData("smollm"), InlineData("llama-bpe"), InlineData("qwen2")]
    public void NextPiece_InvalidUtf8_CoversAllBytes(string name)
    {
        IPreTokenizer scanner = PreTokenizers.Create(name);
        var random = new Random(1);
        for (int round = 0; round < 2000; round++)
        {
            var bytes = new byte[random.Next(1, 12)];
            random.NextBytes(bytes);
            for (int at = 0; at < bytes.Length;)
            {
                int end = scanner.NextPiece(bytes, at);
                end.ShouldBeInRange(at + 1, bytes.Length);
                at = end;
            }
        }
    }

    [Fact]
    public void Create_UnknownName_NamesIt() =>
        Should.Throw<UnsupportedModelException>(() => PreTokenizers.Create("nosuch")).Message.ShouldContain("nosuch");

    [Fact]
    public void Create_EveryMarkedClass_IsFoundByItsNames()
    {
        IEnumerable<Type> marked = typeof(IPreTokenizer).Assembly.GetTypes().Where(type => type.IsDefined(typeof(PreTokenizerAttribute), false));
        var names = new List<string>();
        foreach (Type type in marked)
        {
            PreTokenizerAttribute key = type.GetCustomAttributes(false).OfType<PreTokenizerAttribute>().Single();
            key.Patterns.ShouldAllBe(pattern => PreTokenizers.FindPattern(pattern)!.Create().GetType() == type);
            foreach (string name in key.Names)
            {
                PreTokenizers.Create(name).ShouldBeOfType(type);
                names.Add(name);
            }
        }

        PreTokenizers.Names.Order().ShouldBe(names.Order());
    }

    private static List<string> Pieces(string name, string text) => Pieces(PreTokenizers.Create(name), text);

    private static List<string> Pieces(IPreTokenizer scanner, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var pieces = new List<string>();
        for (int at = 0; at < bytes.Length;)
        {
            int end = scanner.NextPiece(bytes, at);
            pieces.Add(Encoding.UTF8.GetString(bytes, at, end - at));
            at = end;
        }

        return pieces;
    }
}
