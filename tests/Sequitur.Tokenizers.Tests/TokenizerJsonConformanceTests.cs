using System.Text;
using System.Text.Json;
using Sequitur.Tokenizers.HuggingFace;

namespace Sequitur.Tokenizers.Tests;

public class TokenizerJsonConformanceTests
{
    public static TheoryData<string> Trained => [.. Conformance.Folders("tokenizers/trainers").Where(folder => File.Exists(Path.Combine(folder, "tokenizer.json"))).Select(folder => Path.GetFileName(folder))];

    public static TheoryData<string> Folders => [.. Conformance.Folders("tokenizers").Where(folder => File.Exists(Path.Combine(folder, "tokenizer.json.gz"))).Select(folder => Path.GetFileName(folder))];

    public static TheoryData<string> Mini => [.. MiniCases().Select(item => item.GetProperty("name").GetString()!)];

    [Theory, MemberData(nameof(Folders))]
    public void Load_EveryFolder_WorksOrNamesWhatIsMissing(string folder)
    {
        if (BpeCases.TryLoad(Conformance.PathOf("tokenizers", folder), out string? refusal) is { } tokenizer)
        {
            CheckWithSpecials(folder, tokenizer);
            return;
        }

        refusal.ShouldNotBeNull();
        refusal.ShouldContain("is not supported");
        refusal.ShouldContain("tokenizer.json");
        refusal.ShouldNotContain("\n");
    }

    [Theory, MemberData(nameof(Trained))]
    public void Encode_TrainedTokenizer_GivesReferenceIds(string name)
    {
        string folder = Conformance.PathOf("tokenizers", "trainers", name);
        ByteLevelBpe tokenizer;
        try
        {
            tokenizer = TokenizerJson.Load(Path.Combine(folder, "tokenizer.json")).Bpe;
        }
        catch (UnsupportedModelException problem)
        {
            problem.Message.ShouldContain("tokenizer.json: ");
            return;
        }

        foreach (JsonElement item in Conformance.Json(folder, "expected.json").GetProperty("cases").EnumerateArray())
        {
            string text = BpeCases.Strings[item.GetProperty("s").GetInt32()];
            tokenizer.Encode(text, SpecialTokens.All).ShouldBe(item.GetProperty("ids").Ints(), text);
            if (Encoding.UTF8.GetBytes(text).All(value => tokenizer.Vocabulary.IdOfByte(value) >= 0))
            {
                tokenizer.Decode(item.GetProperty("ids").Ints(), showSpecial: true).ShouldBe(text);
            }
        }
    }

    [Theory, MemberData(nameof(Mini))]
    public void Encode_SmallTokenizer_GivesReferenceIdsOrIsRefused(string name)
    {
        JsonElement item = MiniCases().First(one => one.GetProperty("name").GetString() == name);
        byte[] json = Encoding.UTF8.GetBytes(item.GetProperty("tokenizer").GetRawText());
        if (!name.StartsWith("bytelevel", StringComparison.Ordinal))
        {
            Should.Throw<UnsupportedModelException>(() => TokenizerJson.Parse(json, "mini.json")).Message.ShouldContain("mini.json");
            return;
        }

        HuggingFaceTokenizer tokenizer = TokenizerJson.Parse(json, "mini.json");
        foreach (JsonElement one in item.GetProperty("cases").EnumerateArray())
        {
            string text = one.GetProperty("text").GetString()!;
            int[] ids = one.GetProperty("ids").Ints();
            bool whole = one.GetProperty("add_special_tokens").GetBoolean();
            int[] got = tokenizer.Bpe.Encode(text, SpecialTokens.All);
            (whole ? [.. tokenizer.Prefix, .. got, .. tokenizer.Suffix] : got).ShouldBe(ids, text);
            tokenizer.Bpe.Decode(ids, showSpecial: true).ShouldBe(one.GetProperty("decoded").GetString());
            tokenizer.Bpe.Decode(ids).ShouldBe(one.GetProperty("decoded_skip_special").GetString());
        }
    }

    // The small tokenizers that test the flags of added tokens are not byte-level: the same flags over single bytes, judged by what is found and where.
    [Theory, MemberData(nameof(Mini))]
    public void Encode_FlagsOfAddedTokens_FindWhatTheReferenceFinds(string name)
    {
        JsonElement item = MiniCases().First(one => one.GetProperty("name").GetString() == name);
        JsonElement whole = item.GetProperty("tokenizer");
        if (!name.StartsWith("added-", StringComparison.Ordinal) || whole.GetProperty("normalizer").ValueKind != JsonValueKind.Null)
        {
            return;
        }

        JsonElement[] added = [.. whole.GetProperty("added_tokens").EnumerateArray()];
        var tokens = added.Select((token, i) => new AddedToken(256 + i, token.GetProperty("content").GetString()!, token.GetProperty("special").GetBoolean())
        {
            IsLate = token.GetProperty("normalized").GetBoolean(),
            StripsLeft = token.GetProperty("lstrip").GetBoolean(),
            StripsRight = token.GetProperty("rstrip").GetBoolean(),
            IsSingleWord = token.GetProperty("single_word").GetBoolean(),
        }).ToArray();
        Dictionary<int, int> ids = added.Select((token, i) => (Id: token.GetProperty("id").GetInt32(), i)).ToDictionary(pair => pair.Id, pair => 256 + pair.i);
        var vocabulary = new BpeVocabulary([.. Bytes(), .. tokens.Select(token => token.Content)], [.. Enumerable.Repeat(1, 256), .. tokens.Select(token => token.IsControl ? 3 : 4)], []);
        var bpe = new ByteLevelBpe(vocabulary, new BpeRules { PreTokenizers = [], AddedTokens = tokens });
        foreach (JsonElement one in item.GetProperty("cases").EnumerateArray())
        {
            string text = one.GetProperty("text").GetString()!;
            int[] offsets = one.GetProperty("offsets").Ints();
            TokenSpan[] expected = [.. one.GetProperty("ids").Ints().Select((id, i) => (id, Start: offsets[2 * i], End: offsets[2 * i + 1])).Where(token => ids.ContainsKey(token.id))
                .Select(token => new TokenSpan(ids[token.id], BytesBefore(text, token.Start), BytesBefore(text, token.End) - BytesBefore(text, token.Start)))];
            var got = new List<TokenSpan>();
            bpe.Encode(Encoding.UTF8.GetBytes(text), SpecialTokens.All, got);
            got.Where(token => token.Id >= 256).ShouldBe(expected, text);
        }
    }

    // The example of docs/tokenizers.md.
    [Fact]
    public void Example_OfTheDocs_GivesTheTextBack()
    {
        var written = new StringBuilder();
        HuggingFaceTokenizer tokenizer = TokenizerJson.Load(Conformance.PathOf("tokenizers", "trainers", "hf-bpe-bytelevel", "tokenizer.json"));
        var tokens = new List<TokenSpan>();
        tokenizer.Bpe.Encode("Hello world"u8, SpecialTokens.None, tokens);

        var stream = new StreamingDetokenizer(tokenizer.Bpe.Vocabulary);
        var room = new byte[stream.MaxBytesPerToken];
        foreach (TokenSpan token in tokens)
        {
            int length = stream.Append(token.Id, room);
            written.Append(Encoding.UTF8.GetString(room, 0, length));
        }

        written.ToString().ShouldBe("Hello world");
    }

    internal static IEnumerable<string> Bytes() => Enumerable.Range(0, 256).Select(value => ByteAlphabet.CharOf((byte)value).ToString());

    private static IEnumerable<JsonElement> MiniCases() => Conformance.Json("tokenizers", "components", "mini.json").GetProperty("cases").EnumerateArray();

    private static int BytesBefore(string text, int characters) => text.EnumerateRunes().Take(characters).Sum(rune => rune.Utf8SequenceLength);

    private static void CheckWithSpecials(string folder, HuggingFaceTokenizer tokenizer)
    {
        foreach (JsonElement item in Conformance.Json("tokenizers", folder, "expected.json").GetProperty("cases").EnumerateArray())
        {
            string text = BpeCases.Strings[item.GetProperty("s").GetInt32()];
            JsonElement expected = item.TryGetProperty("with_special", out JsonElement special) ? special : item.GetProperty("ids");
            int[] ids = [.. tokenizer.Prefix, .. tokenizer.Bpe.Encode(text, SpecialTokens.All), .. tokenizer.Suffix];
            ids.ShouldBe(expected.Ints(), text);
            string shown = item.TryGetProperty("decoded_skip_special", out JsonElement skipped) ? skipped.GetString()! : item.TryGetProperty("decoded", out JsonElement decoded) ? decoded.GetString()! : text;
            tokenizer.Bpe.Decode(ids).ShouldBe(shown);
        }
    }
}
