using System.Text;
using System.Text.Json.Nodes;
using Sequitur.Tokenizers.HuggingFace;

namespace Sequitur.Tokenizers.Tests;

public class TokenizerJsonTests
{
    private const string File = "model/tokenizer.json";

    // Each line: where in the sound file, what stands there instead (null: nothing), and what the message says.
    public static TheoryData<string, string?, string> Damages => new()
    {
        { "model", null, "model is missing" },
        { "model", "3", "model in" },
        { "model.vocab", null, "model.vocab is missing" },
        { "model.vocab", "[]", "model.vocab in" },
        { "model.vocab", "{}", "needs the piece \"a\"" },
        { "model.vocab.ab", "1", "both have the id 1" },
        { "model.vocab.ab", "-1", "the id of 'ab' must be" },
        { "model.vocab.ab", "1.5", "the id of 'ab' must be" },
        { "model.vocab.ab", "\"x\"", "the id of 'ab' must be" },
        { "model.vocab.ab", "2147483648", "the id of 'ab' must be" },
        { "model.vocab.ab", "2147483647", "out of range" },
        { "model.vocab.ab", "1000000", "out of range" },
        { "model.merges", null, "model.merges is missing" },
        { "model.merges", "{}", "model.merges in" },
        { "model.merges", "[\"a x\"]", "needs the piece \"x\"" },
        { "model.merges", "[\"b a\"]", "needs the piece \"ba\"" },
        { "model.merges", "[\"ab\"]", "not two pieces" },
        { "model.merges", "[\"a b c\"]", "not two pieces" },
        { "model.merges", "[[\"a\"]]", "model.merges[0] in" },
        { "model.merges", "[[\"a\", 1]]", "model.merges[0][1] in" },
        { "model.merges", "[7]", "model.merges[0] in" },
        { "model.merges", "[\"a b\", [\"a\", \"b\"]]", "twice" },
        { "model.unk_token", "\"nosuch\"", "model.unk_token in" },
        { "model.unk_token", "1", "model.unk_token in" },
        { "model.ignore_merges", "1", "model.ignore_merges in" },
        { "added_tokens", "{}", "added_tokens in" },
        { "added_tokens.0.id", "0", "both have the id 0" },
        { "added_tokens.0.id", "-3", "added_tokens[0].id in" },
        { "added_tokens.0.id", "99999999", "out of range" },
        { "added_tokens.0.id", null, "added_tokens[0].id is missing" },
        { "added_tokens.0.content", "\"a\"", "added_tokens[0].id in" },
        { "added_tokens.0.special", "\"yes\"", "added_tokens[0].special in" },
        { "pre_tokenizer.type", null, "pre_tokenizer.type is missing" },
        { "pre_tokenizer.pretokenizers", "7", "pre_tokenizer.pretokenizers in" },
        { "pre_tokenizer.pretokenizers.0.individual_digits", "2", "pre_tokenizer.pretokenizers[0].individual_digits in" },
        { "post_processor.single", "[]", "post_processor.single in" },
        { "post_processor.single.0.SpecialToken.id", "\"nosuch\"", "post_processor.special_tokens.nosuch is missing" },
        { "post_processor.special_tokens.<s>.ids", "[500]", "post_processor.special_tokens.<s>.ids[0] in" },
    };

    public static TheoryData<string, string?, string> Refusals => new()
    {
        { "model.type", "\"Unigram\"", "'Unigram'" },
        { "model.type", "\"WordPiece\"", "'WordPiece'" },
        { "model.dropout", "0.1", "model.dropout" },
        { "model.continuing_subword_prefix", "\"##\"", "model.continuing_subword_prefix" },
        { "model.end_of_word_suffix", "\"</w>\"", "model.end_of_word_suffix" },
        { "model.byte_fallback", "true", "model.byte_fallback" },
        { "normalizer", "{\"type\": \"NFKC\"}", "'NFKC'" },
        { "normalizer", "{\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Lowercase\"}]}", "normalizer.normalizers[0]" },
        { "pre_tokenizer", null, "not byte-level" },
        { "pre_tokenizer", "{\"type\": \"Sequence\", \"pretokenizers\": []}", "not byte-level" },
        { "pre_tokenizer.pretokenizers.0.type", "\"Metaspace\"", "'Metaspace'" },
        { "pre_tokenizer.pretokenizers.0", "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"x+\\n\"}, \"behavior\": \"Isolated\"}", "'x+\\n'" },
        { "pre_tokenizer.pretokenizers.0", "{\"type\": \"Split\", \"pattern\": {\"String\": \" \"}, \"behavior\": \"Isolated\"}", "fixed string" },
        { "pre_tokenizer.pretokenizers.0", "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"\\\\p{N}\"}, \"behavior\": \"Removed\"}", "'Removed'" },
        { "pre_tokenizer.pretokenizers.0", "{\"type\": \"ByteLevel\"}", "behind ByteLevel" },
        { "post_processor.type", "\"Other\"", "'Other'" },
        { "decoder.type", "\"WordPiece\"", "'WordPiece'" },
    };

    [Theory, MemberData(nameof(Damages))]
    public void Parse_DamagedFile_NamesKeyAndFile(string at, string? value, string says)
    {
        string message = Should.Throw<InvalidModelException>(() => Parse(Changed(at, value))).Message;
        message.ShouldContain(says);
        message.ShouldContain(File);
        message.ShouldNotContain("\n");
    }

    [Theory, MemberData(nameof(Refusals))]
    public void Parse_WhatIsNotSupported_IsRefusedByName(string at, string? value, string says)
    {
        string message = Should.Throw<UnsupportedModelException>(() => Parse(Changed(at, value))).Message;
        message.ShouldContain(says);
        message.ShouldContain(File);
        message.ShouldNotContain("\n");
    }

    [Fact]
    public void Parse_TruncatedAtEveryByte_IsRefused()
    {
        byte[] whole = Encoding.UTF8.GetBytes(Sound().ToJsonString());
        for (int length = 0; length < whole.Length; length++)
        {
            Should.Throw<InvalidModelException>(() => TokenizerJson.Parse(whole.AsMemory(0, length), File)).Message.ShouldContain(File);
        }
    }

    [Theory, InlineData("["), InlineData("{\"pre_tokenizer\":")]
    public void Parse_DeepNesting_IsRefused(string open) =>
        Should.Throw<InvalidModelException>(() => TokenizerJson.Parse(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open, 1_000_000))), File)).Message.ShouldContain(File);

    [Fact]
    public void Parse_RepeatedNamesAndHalfCharacters_AreRefused()
    {
        string json = Sound().ToJsonString();
        Should.Throw<InvalidModelException>(() => Text(json.Replace("\"ab\":2", "\"ab\":2,\"ab\":5", StringComparison.Ordinal))).Message.ShouldContain("'ab' stands there twice");
        foreach (string half in new[] { "\"type\":\"BPE\"", "\"ignore_merges\"", "\"ab\"", "\"a b\"" })
        {
            Should.Throw<InvalidModelException>(() => Text(json.Replace(half, half.Replace("BPE", "\\ud800", StringComparison.Ordinal) is var type && type != half ? type : "\"\\ud800\"", StringComparison.Ordinal)))
                .Message.ShouldContain("sound text");
        }

        string added = Changed("", null)["added_tokens"]![0]!.ToJsonString();
        Should.Throw<InvalidModelException>(() => Text(json.Replace(added, $"{added},{added}", StringComparison.Ordinal))).Message.ShouldContain("added_tokens[1].content");
    }

    [Fact]
    public void Parse_RandomEdits_WorkOrAreRefused()
    {
        var random = new Random(19);
        string sound = Sound().ToJsonString();
        string[] pieces = ["\"", "{", "}", "[", "]", ",", ":", "null", "true", "-1", "1e9", "\\ud800", "\"type\"", "\"Sequence\"", "\"ByteLevel\"", "0", "é", "\u0001"];
        int refused = 0;
        for (int round = 0; round < 5000; round++)
        {
            var text = new StringBuilder(sound);
            for (int edit = random.Next(1, 4); edit > 0; edit--)
            {
                int at = random.Next(text.Length);
                text.Remove(at, Math.Min(random.Next(6), text.Length - at)).Insert(at, pieces[random.Next(pieces.Length)]);
            }

            try
            {
                Text(text.ToString()).Bpe.Encode("<s> ab12 é", SpecialTokens.All);
            }
            catch (Exception problem) when (problem is InvalidModelException or UnsupportedModelException)
            {
                problem.Message.ShouldContain(File);
                refused++;
            }
        }

        refused.ShouldBeGreaterThan(2000);
    }

    [Fact]
    public void Parse_MergesOfBothForms_AreTheSame()
    {
        Parse(Changed("model.merges", "[[\"a\", \"b\"]]")).Bpe.Encode("ab").ShouldBe([2]);
        Parse(Changed("model.merges", "[\"a b\"]")).Bpe.Encode("ab").ShouldBe([2]);
    }

    [Fact]
    public void Parse_HolesAndPostProcessor_AreKept()
    {
        JsonNode apart = Changed("added_tokens.0.id", "40");
        apart["post_processor"] = null;
        HuggingFaceTokenizer tokenizer = Parse(apart);
        tokenizer.Bpe.Vocabulary.Count.ShouldBe(41);
        tokenizer.Bpe.Decode([40, 0, 20, 2], showSpecial: true).ShouldBe("<s>aab");
        Parse(Sound()).Prefix.ShouldBe([3]);
        Parse(Changed("post_processor", null)).Prefix.ShouldBeEmpty();
        Parse(Changed("post_processor", "{\"type\": \"RobertaProcessing\", \"cls\": [\"<s>\", 3], \"sep\": [\"a\", 0]}")).Suffix.ShouldBe([0]);
    }

    [Fact]
    public void Encode_UnknownBytes_BecomeTheUnknownToken()
    {
        Parse(Sound()).Bpe.Encode("axxb").ShouldBe([2]);
        HuggingFaceTokenizer apart = Parse(Changed("model.unk_token", "\"<s>\""));
        var tokens = new List<TokenSpan>();
        apart.Bpe.Encode("xaxxb"u8, SpecialTokens.None, tokens);
        tokens.ShouldBe([new(3, 0, 1), new(0, 1, 1), new(3, 2, 1), new(3, 3, 1), new(1, 4, 1)]);
        JsonNode fused = Changed("model.unk_token", "\"<s>\"");
        fused["model"]!["fuse_unk"] = true;
        tokens.Clear();
        Parse(fused).Bpe.Encode("xaxxb"u8, SpecialTokens.None, tokens);
        tokens.ShouldBe([new(3, 0, 1), new(0, 1, 1), new(3, 2, 2), new(1, 4, 1)]);
    }

    [Fact]
    public void Encode_PieceThatIsAToken_IgnoresMergesWhereTold()
    {
        Parse(Changed("model.merges", "[]")).Bpe.Encode("ab").ShouldBe([0, 1]);
        JsonNode ignoring = Changed("model.merges", "[]");
        ignoring["model"]!["ignore_merges"] = true;
        Parse(ignoring).Bpe.Encode("ab").ShouldBe([2]);
        Parse(ignoring).Bpe.Encode("aba").ShouldBe([0, 1, 0]);
    }

    [Fact]
    public void Encode_PrefixSpace_IsInTheIdsAndNotInTheOffsets()
    {
        JsonNode root = Changed("pre_tokenizer.pretokenizers.1.add_prefix_space", "true");
        root["model"]!["vocab"]!["Ġ"] = 4;
        root["model"]!["vocab"]!["Ġa"] = 5;
        root["model"]!["merges"] = new JsonArray("Ġ a");
        var tokens = new List<TokenSpan>();
        Parse(root).Bpe.Encode("a<s>b a"u8, SpecialTokens.All, tokens);
        tokens.ShouldBe([new(5, 0, 1), new(3, 1, 3), new(4, 4, 0), new(1, 4, 1), new(5, 5, 2)]);
    }

    [Fact]
    public void Encode_UserDefinedToken_IsFoundInPlainText()
    {
        byte[] text = "a<s>b"u8.ToArray();
        var tokens = new List<TokenSpan>();
        Parse(Changed("added_tokens.0.special", "false")).Bpe.Encode(text, SpecialTokens.None, tokens);
        tokens.ShouldBe([new(0, 0, 1), new(3, 1, 3), new(1, 4, 1)]);
        Parse(Sound()).Bpe.Encode("a<s>b").ShouldBe([0, 1]); // the name is text whose bytes have no tokens
    }

    [Fact]
    public void Load_NoFile_SaysSo() => Should.Throw<SequiturException>(() => TokenizerJson.Load(Path.Combine(AppContext.BaseDirectory, "nosuch.json"))).Message.ShouldContain("nosuch.json");

    private static HuggingFaceTokenizer Parse(JsonNode root) => Text(root.ToJsonString());

    private static HuggingFaceTokenizer Text(string json) => TokenizerJson.Parse(Encoding.UTF8.GetBytes(json), File);

    // The sound file with another value at a place.
    private static JsonNode Changed(string at, string? value)
    {
        JsonNode root = Sound();
        if (at.Length == 0)
        {
            return root;
        }

        string[] keys = at.Split('.');
        JsonNode node = root;
        foreach (string key in keys[..^1])
        {
            node = node is JsonArray list ? list[int.Parse(key, System.Globalization.CultureInfo.InvariantCulture)]! : node[key]!;
        }

        JsonNode? changed = value is null ? null : JsonNode.Parse(value);
        if (node is JsonArray items)
        {
            items[int.Parse(keys[^1], System.Globalization.CultureInfo.InvariantCulture)] = changed;
        }
        else
        {
            node[keys[^1]] = changed;
        }

        return root;
    }

    private static JsonNode Sound() => JsonNode.Parse("""
        {
          "version": "1.0", "truncation": null, "padding": null, "normalizer": null,
          "added_tokens": [{ "id": 3, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true }],
          "pre_tokenizer": { "type": "Sequence", "pretokenizers": [{ "type": "Digits", "individual_digits": true }, { "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true }] },
          "post_processor": { "type": "TemplateProcessing", "single": [{ "SpecialToken": { "id": "<s>", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } }], "pair": [],
            "special_tokens": { "<s>": { "id": "<s>", "ids": [3], "tokens": ["<s>"] } } },
          "decoder": { "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true },
          "model": { "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false,
            "ignore_merges": false, "vocab": { "a": 0, "b": 1, "ab": 2 }, "merges": ["a b"] }
        }
        """)!;
}
