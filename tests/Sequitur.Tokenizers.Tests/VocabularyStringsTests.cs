using System.Text;

namespace Sequitur.Tokenizers.Tests;

public sealed class VocabularyStringsTests
{
    [Fact]
    public void TryDecode_AllBytes_ComeBack()
    {
        var spelled = new StringBuilder();
        for (int value = 0; value < 256; value++)
        {
            spelled.Append(ByteAlphabet.CharOf((byte)value));
        }

        byte[] utf8 = Encoding.UTF8.GetBytes(spelled.ToString());
        var bytes = new byte[utf8.Length];

        ByteAlphabet.TryDecode(utf8, bytes, out int length).ShouldBeTrue();

        bytes[..length].ShouldBe(Enumerable.Range(0, 256).Select(value => (byte)value));
    }

    [Theory]
    [InlineData("20", "a space is spelled Ġ")]
    [InlineData("C5", "cut short")]
    [InlineData("C541", "no second byte")]
    [InlineData("C1A1", "one byte would do")]
    [InlineData("C2AD", "the one character of Latin-1's upper half that is not printed")]
    [InlineData("C584", "behind the alphabet's last character")]
    [InlineData("E4BAAC", "three bytes")]
    [InlineData("FF", "never in UTF-8")]
    public void TryDecode_NotOfTheAlphabet_IsFalse(string hex, string why) =>
        ByteAlphabet.TryDecode(Convert.FromHexString(hex), new byte[8], out _).ShouldBeFalse(why);

    [Fact]
    public void TryGetId_EachKindOfString_FindsItsToken()
    {
        var vocabulary = new BpeVocabulary(["<|end|>", "Ġthe", "京", "the", "", " "], [3, 1, 1, 1, 1, 4], []);

        foreach ((string text, int id) in new[] { ("<|end|>", 0), ("Ġthe", 1), ("京", 2), ("the", 3), ("", 4), (" ", 5) })
        {
            vocabulary.TryGetId(text, out int found).ShouldBeTrue(text);
            found.ShouldBe(id);
        }

        vocabulary.TryGetId(" the", out _).ShouldBeFalse();
        vocabulary.TryGetId("Ġ", out _).ShouldBeFalse();
        vocabulary.BytesOf(1).ToArray().ShouldBe(" the"u8.ToArray());
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(1, 3)]
    [InlineData(4, 3)]
    public void OneString_AtTwoTokensOfAnyKind_IsRefused(int first, int second) =>
        Should.Throw<InvalidModelException>(() => new BpeVocabulary(["ab", "ab"], [first, second], [])).Message.ShouldContain("Tokens 0 and 1 are both \"ab\"");

    [Fact]
    public void Strings_ThatAreNoUtf8_StayAsTheyAre()
    {
        var strings = new RawStrings([0xFF], [0xFE], [0xC5], [(byte)'a']);

        var vocabulary = new BpeVocabulary(strings, null, new RawStrings());

        vocabulary.BytesOf(0).ToArray().ShouldBe([0xFF]);
        vocabulary.BytesOf(2).ToArray().ShouldBe([0xC5]);
        vocabulary.IdOfByte(0xFF).ShouldBe(-1); // "ÿ" is how a vocabulary writes that byte
        vocabulary.IdOfByte((byte)'a').ShouldBe(3);
    }

    [Fact]
    public void Tokens_LongerThanTheStack_AreFound()
    {
        string text = new('x', 1000);
        var vocabulary = new BpeVocabulary([text, text + "y", "y"], null, [$"{text} y"]);

        vocabulary.TryGetId(text + "y", out int id).ShouldBeTrue();
        id.ShouldBe(1);
        vocabulary.LongestToken.ShouldBe(1001);
    }

    private sealed class RawStrings(params byte[][] strings) : ITokenStrings
    {
        public int Count => strings.Length;

        public ReadOnlySpan<byte> Utf8(int index) => strings[index];
    }
}
