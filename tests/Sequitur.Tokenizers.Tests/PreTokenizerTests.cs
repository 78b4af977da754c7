using System.Text;
using System.Text.Json;

namespace Sequitur.Tokenizers.Tests;

public class PreTokenizerTests
{
    [Fact]
    public void NextPiece_Gpt2_GivesReferencePieces()
    {
        JsonElement splits = Conformance.Json("tokenizers", "patterns", "splits.json").GetProperty("cases").EnumerateArray()
            .First(item => item.GetProperty("name").GetString() == "gpt2").GetProperty("lengths");
        foreach ((int id, string text) in BpeCases.Strings)
        {
            Pieces("gpt-2", text).Select(piece => piece.EnumerateRunes().Count()).ToArray().ShouldBe(splits[id].Ints(), $"string {id}");
        }
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

    [Theory, InlineData("gpt-2"), InlineData("smollm")]
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
            foreach (string name in type.GetCustomAttributes(false).OfType<PreTokenizerAttribute>().Single().Names)
            {
                PreTokenizers.Create(name).ShouldBeOfType(type);
                names.Add(name);
            }
        }

        PreTokenizers.Names.Order().ShouldBe(names.Order());
    }

    private static List<string> Pieces(string name, string text)
    {
        IPreTokenizer scanner = PreTokenizers.Create(name);
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
