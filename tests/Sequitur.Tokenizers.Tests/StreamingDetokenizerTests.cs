using System.Text;

namespace Sequitur.Tokenizers.Tests;

public class StreamingDetokenizerTests
{
    private static readonly BpeVocabulary s_bytes = new([.. Enumerable.Range(0, 256).Select(value => ByteAlphabet.CharOf((byte)value).ToString()), "<|end|>", "âĤ"],
        [.. Enumerable.Repeat(1, 256), 3, 1], []);

    public static TheoryData<string> Folders => [.. BpeCases.Folders()];

    [Theory, MemberData(nameof(Folders))]
    public void Append_AllStrings_EqualsWholeDecodeAtEveryPrefix(string folder)
    {
        ByteLevelBpe tokenizer = BpeCases.Load(folder);
        foreach (string text in BpeCases.Strings.Values)
        {
            int[] ids = tokenizer.Encode(text.Length > 300 ? text.AsSpan(0, 300) : text, SpecialTokens.All);
            CheckPrefixes(tokenizer, ids, showSpecial: true);
            CheckPrefixes(tokenizer, ids, showSpecial: false);
        }
    }

    [Fact]
    public void Append_RandomBytes_EqualsWholeDecodeAtEveryPrefix()
    {
        var random = new Random(3);
        var tokenizer = new ByteLevelBpe(s_bytes, PreTokenizers.Create("gpt-2"));
        byte[] interesting = [0x41, 0x80, 0xBF, 0xC0, 0xC3, 0xA9, 0xE0, 0xA0, 0xE2, 0x82, 0xAC, 0xED, 0x9F, 0xF0, 0x9F, 0x98, 0xF4, 0x8F, 0x90, 0xF5, 0xFF];
        for (int round = 0; round < 3000; round++)
        {
            int[] ids = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(10) == 0 ? 256 + random.Next(2) : interesting[random.Next(interesting.Length)])];
            CheckPrefixes(tokenizer, ids, showSpecial: random.Next(2) == 0);
        }
    }

    [Fact]
    public void Append_CharacterInParts_WithholdsUntilWhole()
    {
        var stream = new StreamingDetokenizer(s_bytes);
        var room = new byte[stream.MaxBytesPerToken];
        int[] counts = [.. "😀é"u8.ToArray().Select(value => stream.Append(value, room))];
        counts.ShouldBe([0, 0, 0, 4, 0, 2]);
        stream.Flush(room).ShouldBe(0);
    }

    [Fact]
    public void Append_ShortDestination_ThrowsAndChangesNothing()
    {
        var stream = new StreamingDetokenizer(s_bytes);
        var room = new byte[stream.MaxBytesPerToken];
        stream.Append(0xE2, room).ShouldBe(0);
        Should.Throw<ArgumentException>(() => stream.Append(0x82, room.AsSpan(0, 1)));
        Should.Throw<ArgumentException>(() => stream.Flush(room.AsSpan(0, 2)));
        stream.Append(0x82, room).ShouldBe(0);
        stream.Append(0xAC, room).ShouldBe(3);
        Should.Throw<ArgumentOutOfRangeException>(() => stream.Append(258, room));
    }

    [Fact]
    public void Append_ManyTokens_AllocatesNothing()
    {
        var stream = new StreamingDetokenizer(s_bytes);
        var room = new byte[stream.MaxBytesPerToken];
        stream.Append(0xE2, room);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10000; i++)
        {
            stream.Append(i % 258, room);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Append_EveryTokenAlone_EqualsWholeDecode(bool showSpecial)
    {
        ByteLevelBpe tokenizer = BpeCases.Load("gguf-smollm2");
        for (int id = 0; id < tokenizer.Vocabulary.Count; id++)
        {
            CheckPrefixes(tokenizer, [id], showSpecial);
        }

        tokenizer.Decode([1], showSpecial).ShouldBe(showSpecial ? "<|im_start|>" : "");
    }

    [Fact]
    public void Append_EveryPairOfTokensWithPartsOfCharacters_EqualsWholeDecode()
    {
        ByteLevelBpe tokenizer = BpeCases.Load("gguf-smollm2");
        int[] parts = PartsOfCharacters(tokenizer.Vocabulary);
        parts.Length.ShouldBeGreaterThan(100);
        var stream = new StreamingDetokenizer(tokenizer.Vocabulary);
        var room = new byte[2 * stream.MaxBytesPerToken];
        foreach (int first in parts)
        {
            foreach (int second in parts)
            {
                int written = stream.Append(first, room);
                EndsWhole(room.AsSpan(0, written)).ShouldBeTrue($"{first}");
                written += stream.Append(second, room.AsSpan(written));
                EndsWhole(room.AsSpan(0, written)).ShouldBeTrue($"{first} {second}");
                written += stream.Flush(room.AsSpan(written));
                byte[] bytes = [.. tokenizer.Vocabulary.BytesOf(first), .. tokenizer.Vocabulary.BytesOf(second)];
                Encoding.UTF8.GetString(room, 0, written).ShouldBe(Encoding.UTF8.GetString(bytes), $"{first} {second}");
            }
        }
    }

    [Fact]
    public void Append_RandomTokensOfTheVocabulary_EqualsWholeDecodeAtEveryPrefix()
    {
        var random = new Random(23);
        ByteLevelBpe tokenizer = BpeCases.Load("gguf-smollm2");
        int[] parts = PartsOfCharacters(tokenizer.Vocabulary);
        for (int round = 0; round < 2000; round++)
        {
            int[] ids = [.. Enumerable.Range(0, random.Next(1, 16)).Select(_ => random.Next(3) == 0 ? random.Next(tokenizer.Vocabulary.Count) : parts[random.Next(parts.Length)])];
            CheckPrefixes(tokenizer, ids, showSpecial: random.Next(2) == 0);
        }
    }

    [Fact]
    public void Append_SpecialTokenInsideACharacter_HidesOrBreaksIt()
    {
        var hiding = new StreamingDetokenizer(s_bytes);
        var room = new byte[hiding.MaxBytesPerToken];
        hiding.Append(0xC3, room).ShouldBe(0);
        hiding.Append(256, room).ShouldBe(0);
        Encoding.UTF8.GetString(room, 0, hiding.Append(0xA9, room)).ShouldBe("é");
        var showing = new StreamingDetokenizer(s_bytes, showSpecial: true);
        showing.Append(0xC3, room).ShouldBe(0);
        Encoding.UTF8.GetString(room, 0, showing.Append(256, room)).ShouldBe("\uFFFD<|end|>");
    }

    private static int[] PartsOfCharacters(BpeVocabulary vocabulary) =>
        [.. Enumerable.Range(0, vocabulary.Count).Where(id => vocabulary.BytesOf(id).Length == 1 || !System.Text.Unicode.Utf8.IsValid(vocabulary.BytesOf(id)))];

    private static bool EndsWhole(ReadOnlySpan<byte> utf8) => System.Text.Unicode.Utf8.IsValid(utf8);

    private static void CheckPrefixes(ByteLevelBpe tokenizer, int[] ids, bool showSpecial)
    {
        var stream = new StreamingDetokenizer(tokenizer.Vocabulary, showSpecial);
        var room = new byte[stream.MaxBytesPerToken];
        var given = new List<byte>();
        for (int i = 0; i < ids.Length; i++)
        {
            given.AddRange(room.AsSpan(0, stream.Append(ids[i], room)));
            string soFar = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. given]);
            string whole = tokenizer.Decode(ids.AsSpan(0, i + 1), showSpecial);

            // Only an unfinished character may be missing, and the whole shows that as one U+FFFD at its end.
            (whole == soFar || whole == soFar + "\uFFFD").ShouldBeTrue($"\"{whole}\" against \"{soFar}\"");
        }

        given.AddRange(room.AsSpan(0, stream.Flush(room)));
        Encoding.UTF8.GetString([.. given]).ShouldBe(tokenizer.Decode(ids, showSpecial));
    }
}
