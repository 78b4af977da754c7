using System.Text;
using System.Text.Json;

namespace Sequitur.Tokenizers.Tests;

public class ByteLevelBpeConformanceTests
{
    public static TheoryData<string> Folders => [.. BpeCases.Folders()];

    public static TheoryData<string> FoldersWithBytes =>
        [.. BpeCases.Folders().Where(folder => Conformance.Json("tokenizers", folder, "expected.json").TryGetProperty("bytes", out _))];

    [Fact]
    public void Folders_InRepository_AreSome() => BpeCases.Folders().Count().ShouldBeGreaterThanOrEqualTo(2);

    [Theory, MemberData(nameof(Folders))]
    public void Encode_SpecialsAsText_GivesReferenceIds(string folder) => Check(folder, (item, bytes, tokenizer) =>
    {
        string key = item.TryGetProperty("specials_as_text", out _) ? "specials_as_text" : "ids";
        Encode(tokenizer, bytes, SpecialTokens.None).Select(token => token.Id).ToArray().ShouldBe(item.GetProperty(key).Ints(), Label(item));
    });

    [Theory, MemberData(nameof(Folders))]
    public void Encode_SpecialsAllowed_GivesReferenceIds(string folder) => Check(folder, (item, bytes, tokenizer) =>
    {
        string key = item.TryGetProperty("parse_special", out _) ? "parse_special" : "ids";
        Encode(tokenizer, bytes, SpecialTokens.All).Select(token => token.Id).ToArray().ShouldBe(item.GetProperty(key).Ints(), Label(item));
    });

    [Theory, MemberData(nameof(Folders))]
    public void Encode_Strings_GivesReferenceOffsets(string folder) => Check(folder, (item, bytes, tokenizer) =>
    {
        if (!item.TryGetProperty("offsets", out JsonElement offsets))
        {
            return;
        }

        // The reference counts characters and widens a token that begins or ends inside one.
        var got = new List<int>();
        foreach (TokenSpan token in Encode(tokenizer, bytes, SpecialTokens.All))
        {
            got.Add(CharactersBefore(bytes, token.Start));
            got.Add(CharactersBefore(bytes, token.Start + token.Length - 1) + 1);
        }

        got.ToArray().ShouldBe(offsets.Ints(), Label(item));
    });

    [Theory, MemberData(nameof(Folders))]
    public void Encode_Strings_SpansFollowEachOtherAndHoldTheTokensBytes(string folder) => Check(folder, (item, bytes, tokenizer) =>
    {
        int end = 0;
        foreach (TokenSpan token in Encode(tokenizer, bytes, SpecialTokens.All))
        {
            bytes[end..token.Start].ShouldAllBe(value => tokenizer.Vocabulary.IdOfByte(value) < 0, Label(item));
            if (token.Length == tokenizer.Vocabulary.BytesOf(token.Id).Length)
            {
                tokenizer.Vocabulary.BytesOf(token.Id).SequenceEqual(bytes.AsSpan(token.Start, token.Length)).ShouldBeTrue(Label(item));
            }

            end = token.Start + token.Length;
        }

        bytes[end..].ShouldAllBe(value => tokenizer.Vocabulary.IdOfByte(value) < 0, Label(item));
    });

    [Theory, MemberData(nameof(Folders))]
    public void Decode_Ids_GivesReferenceText(string folder) => Check(folder, (item, bytes, tokenizer) =>
    {
        string expected = item.TryGetProperty("decoded", out JsonElement decoded) ? decoded.GetString()! : Encoding.UTF8.GetString(bytes);
        tokenizer.Decode(item.GetProperty("ids").Ints(), showSpecial: true).ShouldBe(expected, Label(item));
    });

    [Theory, MemberData(nameof(FoldersWithBytes))]
    public void Decode_ByteStrings_GivesReferenceText(string folder)
    {
        ByteLevelBpe tokenizer = BpeCases.Load(folder);
        foreach (JsonElement item in Conformance.Json("tokenizers", folder, "expected.json").GetProperty("bytes").EnumerateArray())
        {
            string what = item.GetProperty("what").GetString()!;
            int[] ids = item.GetProperty("ids").Ints();
            item.GetProperty("bytes").Ints().Select(value => tokenizer.Vocabulary.IdOfByte((byte)value)).ToArray().ShouldBe(ids, what);
            tokenizer.Decode(ids).ShouldBe(item.GetProperty("decoded").GetString(), what);
        }
    }

    internal static List<TokenSpan> Encode(ByteLevelBpe tokenizer, ReadOnlySpan<byte> bytes, SpecialTokens allowed)
    {
        var tokens = new List<TokenSpan>();
        tokenizer.Encode(bytes, allowed, tokens);
        return tokens;
    }

    private static void Check(string folder, Action<JsonElement, byte[], ByteLevelBpe> check)
    {
        ByteLevelBpe tokenizer = BpeCases.Load(folder);
        int count = 0;
        foreach (JsonElement item in Conformance.Json("tokenizers", folder, "expected.json").GetProperty("cases").EnumerateArray())
        {
            check(item, Encoding.UTF8.GetBytes(BpeCases.Strings[item.GetProperty("s").GetInt32()]), tokenizer);
            count++;
        }

        count.ShouldBe(BpeCases.Strings.Count);
    }

    private static string Label(JsonElement item) => $"string {item.GetProperty("s").GetInt32()}";

    private static int CharactersBefore(byte[] bytes, int position)
    {
        int count = -1;
        for (int i = 0; i <= position; i++)
        {
            count += (bytes[i] & 0xC0) != 0x80 ? 1 : 0;
        }

        return count;
    }
}
