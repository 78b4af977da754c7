using System.Text;

namespace Sequitur.Tokenizers.Tests;

public class ByteLevelBpeTests
{
    private static readonly ByteLevelBpe s_smol = BpeCases.Load("gguf-smollm2");

    [Fact]
    public void Encode_NameOfControlToken_IsTextUnlessAllowed()
    {
        byte[] text = "<|im_start|>user\nhi<|im_end|>"u8.ToArray();
        List<TokenSpan> plain = ByteLevelBpeConformanceTests.Encode(s_smol, text, SpecialTokens.None);
        plain.ShouldAllBe(token => !s_smol.Vocabulary.IsSpecial(token.Id));
        ByteLevelBpeConformanceTests.Encode(s_smol, text, SpecialTokens.All).Select(token => token.Id).ToArray().ShouldBe([1, 4093, 198, 6004, 2]);
    }

    [Fact]
    public void Encode_TrustedRanges_AllowSpecialsOnlyInside()
    {
        byte[] text = "<|im_end|><|im_end|><|im_end|>"u8.ToArray();
        var tokens = new List<TokenSpan>();
        s_smol.Encode(text, [new ByteRange(0, 10), new ByteRange(12, 18)], tokens);
        tokens[0].ShouldBe(new TokenSpan(2, 0, 10));
        tokens[^1].ShouldBe(new TokenSpan(2, 20, 10));
        tokens.Count(token => token.Id == 2).ShouldBe(2);
        Should.Throw<ArgumentException>(() => s_smol.Encode(text, [new ByteRange(5, 10), new ByteRange(14, 2)], tokens));
        Should.Throw<ArgumentException>(() => s_smol.Encode(text, [new ByteRange(5, int.MaxValue)], tokens));
    }

    [Fact]
    public void Encode_TwoSpecialsFit_TakesTheLongest()
    {
        var vocabulary = new BpeVocabulary(["a", "<x", "<x>", "<"], [1, 3, 4, 1], []);
        var tokenizer = new ByteLevelBpe(vocabulary, PreTokenizers.Create("gpt-2"));
        tokenizer.Encode("a<x><xa<", SpecialTokens.All).ShouldBe([0, 2, 1, 0, 3]);
    }

    [Fact]
    public void Encode_ByteWithoutToken_IsDroppedAndItsNeighboursMerge()
    {
        var vocabulary = new BpeVocabulary(["a", "b", "ab"], null, ["a b"]);
        var tokenizer = new ByteLevelBpe(vocabulary, new OnePiece());
        ByteLevelBpeConformanceTests.Encode(tokenizer, "xaxxb"u8, SpecialTokens.None).ShouldBe([new TokenSpan(2, 1, 4)]);
        ByteLevelBpeConformanceTests.Encode(tokenizer, "xx"u8, SpecialTokens.None).ShouldBeEmpty();
    }

    [Fact]
    public void Encode_LongPieces_QueueEqualsPlainMerging()
    {
        var random = new Random(5);
        var tokenizer = new ByteLevelBpe(s_smol.Vocabulary, new OnePiece());
        for (int round = 0; round < 200; round++)
        {
            byte[] text = RandomText(random, random.Next(1, 200));
            ByteLevelBpeConformanceTests.Encode(tokenizer, text, SpecialTokens.None).Select(token => token.Id).ToArray()
                .ShouldBe(PlainMerging(s_smol.Vocabulary, text), Convert.ToHexString(text));
        }
    }

    [Fact]
    public void Encode_MergeThatLowersTheRank_FollowsRankOrder()
    {
        // "abc" can be made by rank 2; the pair that it then forms has the lower rank 0 and must go before other pairs of rank 2.
        string[] tokens = ["a", "b", "c", "d", "bc", "abc", "abcd", "ca", "dabc"];
        string[] merges = ["abc d", "b c", "a bc", "d abc"];
        var tokenizer = new ByteLevelBpe(new BpeVocabulary(tokens, null, merges), new OnePiece());
        foreach (string part in new[] { "abcdabc", "dabcd", "abcabcd" })
        {
            foreach (int times in new[] { 1, 40 })
            {
                byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(part, times)));
                ByteLevelBpeConformanceTests.Encode(tokenizer, text, SpecialTokens.None).Select(token => token.Id).ToArray()
                    .ShouldBe(PlainMerging(tokenizer.Vocabulary, text), $"{part} x {times}");
            }
        }
    }

    [Fact]
    public void Decode_OfEncoded_IsTheTextWhereItsBytesHaveTokens()
    {
        var random = new Random(7);
        for (int round = 0; round < 500; round++)
        {
            byte[] text = RandomText(random, random.Next(0, 300));
            byte[] known = [.. text.Where(value => s_smol.Vocabulary.IdOfByte(value) >= 0)];
            List<TokenSpan> tokens = ByteLevelBpeConformanceTests.Encode(s_smol, text, SpecialTokens.None);
            tokens.SelectMany(token => s_smol.Vocabulary.BytesOf(token.Id).ToArray()).ToArray().ShouldBe(known);
        }

        string valid = "Ünïcode — 中文字 ✓ \t\r\n 0123456789 <|im_end|> {\"k\": [1, 2]}";
        s_smol.Decode(s_smol.Encode(valid), showSpecial: true).ShouldBe(valid);
    }

    [Fact]
    public void Encode_InvalidUtf8_KeepsEveryByte()
    {
        byte[] text = [0x61, 0xC3, 0x28, 0xE2, 0x82, 0x20, 0x80, 0xBF, 0xF0, 0x9F];
        text.ShouldAllBe(value => BpeCases.Load("gpt2").Vocabulary.IdOfByte(value) >= 0);
        ByteLevelBpe gpt2 = BpeCases.Load("gpt2");
        ByteLevelBpeConformanceTests.Encode(gpt2, text, SpecialTokens.None)
            .SelectMany(token => gpt2.Vocabulary.BytesOf(token.Id).ToArray()).ToArray().ShouldBe(text);
    }

    [Theory]
    [InlineData("a"), InlineData(" "), InlineData("\n"), InlineData("ab"), InlineData("é"), InlineData("'"), InlineData("7"), InlineData("<|"), InlineData("\n a")]
    public void Encode_RepeatedText_WorkGrowsLinearly(string part)
    {
        long half = WorkFor(part, 1 << 18);
        long whole = WorkFor(part, 1 << 19);
        (whole / (double)half).ShouldBeLessThan(2.3);
        (whole / (double)(1 << 19)).ShouldBeLessThan(60, "look-ups and queue steps a byte");
    }

    [Theory]
    [InlineData("gpt-2"), InlineData("smollm"), InlineData("llama-bpe"), InlineData("qwen2")]
    public void Encode_Megabyte_WorkGrowsLinearly(string pre)
    {
        const int Size = 1 << 20;
        var random = new Random(31);
        var noise = new byte[Size];
        random.NextBytes(noise);
        string[] parts = ["a", " ", "😀", "\r\n", " \n", "1", "'", "é\u0301"];
        foreach (byte[] text in parts.Select(part => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(part, Size / Encoding.UTF8.GetByteCount(part))))).Append(noise))
        {
            var scanner = new CountingPreTokenizer(PreTokenizers.Create(pre));
            long half = Work(scanner, text.AsSpan(0, text.Length / 2));
            long whole = Work(scanner, text);
            (whole / (double)half).ShouldBeLessThan(2.5, $"{text[0]}");
            (whole / (double)text.Length).ShouldBeLessThan(60, $"look-ups, queue steps and bytes scanned a byte of {text[0]}");
        }
    }

    [Fact]
    public void Encode_Megabyte_OffsetsAreThoseOfTheBytes()
    {
        var random = new Random(37);
        var text = new byte[1 << 20];
        random.NextBytes(text);
        var tokens = new List<TokenSpan>();
        new ByteLevelBpe(BpeCases.Load("gpt2").Vocabulary, PreTokenizers.Create("llama-bpe")).Encode(text, SpecialTokens.All, tokens);
        int end = 0;
        foreach (TokenSpan token in tokens)
        {
            token.Start.ShouldBe(end);
            text.AsSpan(token.Start, token.Length).SequenceEqual(BpeCases.Load("gpt2").Vocabulary.BytesOf(token.Id)).ShouldBeTrue();
            end += token.Length;
        }

        end.ShouldBe(text.Length);
    }

    [Fact]
    public void Encode_ForbiddenNameOverAnAllowedOne_LeavesTheAllowedOne()
    {
        var vocabulary = new BpeVocabulary([.. TokenizerJsonConformanceTests.Bytes(), "<a><b", "<b>"], [.. Enumerable.Repeat(1, 256), 3, 3], []);
        var tokenizer = new ByteLevelBpe(vocabulary, new OnePiece());
        var tokens = new List<TokenSpan>();
        tokenizer.Encode("<a><b>"u8, [new ByteRange(3, 3)], tokens); // a user's text before what the template wrote
        tokens.ShouldBe([new('<', 0, 1), new('a', 1, 1), new('>', 2, 1), new(257, 3, 3)]);
    }

    [Fact]
    public void Encode_KnownPieces_AllocatesNothing()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("The quick brown fox, it's 42 — naïve!\n", 50)) + new string('x', 5000));
        var tokens = new List<TokenSpan>(text.Length);
        var tokenizer = new ByteLevelBpe(s_smol.Vocabulary, PreTokenizers.Create("smollm"));
        for (int warm = 0; warm < 3; warm++)
        {
            tokens.Clear();
            tokenizer.Encode(text, SpecialTokens.All, tokens);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        tokens.Clear();
        tokenizer.Encode(text, SpecialTokens.All, tokens);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public async Task Encode_SeveralThreads_GiveTheSame()
    {
        string text = string.Join(' ', BpeCases.Strings.Values);
        int[] expected = s_smol.Encode(text);
        int[][] got = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => s_smol.Encode(text))));
        got.ShouldAllBe(ids => ids.SequenceEqual(expected));
    }

    [Theory]
    [InlineData("a|a", "", null, "both")]
    [InlineData("", "", null, "no tokens", true)]
    [InlineData("a|b", "", "1", "token types")]
    [InlineData("a|b", "", "1|9", "type 9")]
    [InlineData("a|b|ab", "a c", null, "\"c\"")]
    [InlineData("a|b", "a b", null, "\"ab\"")]
    [InlineData("a|b|ab", "ab", null, "two pieces")]
    [InlineData("a|b|ab", "a b ", null, "two pieces")]
    [InlineData("a|b|ab", "a b|a b", null, "twice")]
    [InlineData("a|b|ab", "a b", "3|1|1", "\"a\"")]
    [InlineData("äº¬|京", "", null, "same bytes")]
    public void Vocabulary_ThatContradictsItself_IsRefused(string tokens, string merges, string? types, string says, bool none = false)
    {
        string[] list = none ? [] : tokens.Split('|');
        int[]? typeList = types?.Split('|').Select(int.Parse).ToArray();
        string[] mergeList = merges.Length == 0 ? [] : merges.Split('|');
        Should.Throw<InvalidModelException>(() => new BpeVocabulary(list, typeList, mergeList)).Message.ShouldContain(says);
    }

    [Fact]
    public void BytesOf_IdOutOfRange_Throws()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => s_smol.Vocabulary.BytesOf(-1).Length);
        Should.Throw<ArgumentOutOfRangeException>(() => s_smol.Vocabulary.BytesOf(s_smol.Vocabulary.Count).Length);
    }

    private static long WorkFor(string part, int length)
    {
        var tokenizer = new ByteLevelBpe(s_smol.Vocabulary, PreTokenizers.Create("smollm"));
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(part, length / part.Length)));
        tokenizer.Encode(text, SpecialTokens.All, []);
        return tokenizer.Work + text.Length;
    }

    private static byte[] RandomText(Random random, int length)
    {
        string[] words = [" the", "ing", "tion", "aaaa", "  ", "é", "中", "😀", "1", "\n", "'s", "Th", " of", "\u001d", "e", "ab"];
        var text = new StringBuilder();
        while (text.Length < length)
        {
            text.Append(random.Next(4) == 0 ? new Rune(random.Next(0x20, 0xD000)).ToString() : words[random.Next(words.Length)]);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // The definition, in the plainest words: merge the leftmost pair of the lowest rank until none merges.
    private static int[] PlainMerging(BpeVocabulary vocabulary, byte[] text)
    {
        List<int> ids = [.. text.Select(vocabulary.IdOfByte).Where(id => id >= 0)];
        while (true)
        {
            int best = -1;
            int bestRank = int.MaxValue;
            int bestResult = -1;
            for (int i = 0; i + 1 < ids.Count; i++)
            {
                if (vocabulary.Merges.TryFind(ids[i], ids[i + 1], out int rank, out int result) && rank < bestRank)
                {
                    (best, bestRank, bestResult) = (i, rank, result);
                }
            }

            if (best < 0)
            {
                return [.. ids];
            }

            ids[best] = bestResult;
            ids.RemoveAt(best + 1);
        }
    }

    private static long Work(CountingPreTokenizer scanner, ReadOnlySpan<byte> text)
    {
        var tokenizer = new ByteLevelBpe(s_smol.Vocabulary, scanner);
        scanner.Scanned = 0;
        tokenizer.Encode(text, SpecialTokens.All, []);
        return tokenizer.Work + scanner.Scanned;
    }

    // What a scanner looks at is the piece that it gives and at most the rest of a run of spaces behind it: the pieces' lengths, and a run counted where one begins.
    private sealed class CountingPreTokenizer(IPreTokenizer inner) : IPreTokenizer
    {
        public long Scanned { get; set; }

        public int NextPiece(ReadOnlySpan<byte> utf8, int start)
        {
            int end = inner.NextPiece(utf8, start);
            int rest = end;
            while (rest < utf8.Length && utf8[rest] is (byte)' ' or (byte)'\n' or (byte)'\r')
            {
                rest++;
            }

            Scanned += rest - start;
            return end;
        }
    }

    private sealed class OnePiece : IPreTokenizer
    {
        public int NextPiece(ReadOnlySpan<byte> utf8, int start) => utf8.Length;
    }
}
