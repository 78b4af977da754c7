using System.Text;
using System.Text.Json;

namespace Sequitur.Tokenizers.Tests;

public class StopStringsTests
{
    private static readonly BpeVocabulary s_bytes = new([.. Enumerable.Range(0, 256).Select(value => ByteAlphabet.CharOf((byte)value).ToString())], Enumerable.Repeat(1, 256).ToArray(), []);

    public static TheoryData<string> Cases =>
        [.. Conformance.Json("generation", "sampling", "stop_sequences.json").GetProperty("cases").EnumerateArray().Select(item => item.GetProperty("name").GetString()!)];

    [Theory, MemberData(nameof(Cases))]
    public void Append_ConformanceCase_GivesItsText(string name)
    {
        JsonElement item = Conformance.Json("generation", "sampling", "stop_sequences.json").GetProperty("cases").EnumerateArray().Single(found => found.GetProperty("name").GetString() == name);
        var reader = new Reader(Strings(item, "stops"), item.GetProperty("include_stop").GetBoolean());
        string[] after = Strings(item, "emitted_after_piece");
        int consumed = 0;
        foreach (string piece in Strings(item, "pieces_hex"))
        {
            if (reader.Stops.Found is not null)
            {
                break;
            }

            reader.Read(Convert.FromHexString(piece));
            after[consumed++].ShouldStartWith(reader.Text);
        }

        string before = reader.Text;
        reader.End();

        reader.Text.ShouldBe(item.GetProperty("emitted").GetString());
        reader.Text[before.Length..].ShouldBe(item.GetProperty("flushed_at_end").GetString());
        reader.Stops.Found.ShouldBe(item.GetProperty("stop_matched").GetString());
        consumed.ShouldBe(item.GetProperty("pieces_consumed").GetInt32());
    }

    [Fact]
    public void Append_AnyCut_GivesWhatASearchOfTheWholeGives()
    {
        var random = new Random(11);
        string[] letters = ["a", "b", "é", "日", "😀"];
        string Word(int most) => string.Concat(Enumerable.Range(0, random.Next(1, most)).Select(_ => letters[random.Next(letters.Length)]));
        for (int round = 0; round < 2000; round++)
        {
            string text = Word(30);
            string[] stops = [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => Word(5))];
            bool include = random.Next(2) == 0;
            var reader = new Reader(stops, include);
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            for (int at = 0, count; at < bytes.Length; at += count)
            {
                count = Math.Min(random.Next(1, 8), bytes.Length - at);
                reader.Read(bytes.AsSpan(at, count));
            }

            reader.End();
            (string expected, string? stop) = Search(text, stops, include);
            reader.Text.ShouldBe(expected, $"{text} / {string.Join(' ', stops)}");
            reader.Stops.Found.ShouldBe(stop);
        }
    }

    [Fact]
    public void Append_LongText_TakesTimeInProportion()
    {
        // A search that went back over the text for every byte would not end.
        var stops = new StopStrings([new string('a', 500_000) + "b"]);
        var given = 0L;
        byte[] text = Enumerable.Repeat((byte)'a', 1_000_000).ToArray();
        for (int round = 0; round < 3; round++)
        {
            stops.Append(text, bytes => given += bytes.Length).ShouldBeFalse();
        }

        given.ShouldBe(2_500_000);
    }

    [Fact]
    public void Append_ManyPieces_AllocatesNothing()
    {
        var stops = new StopStrings(["abcabd", "bb"]);
        long given = 0;
        Action<ReadOnlySpan<byte>> write = bytes => given += bytes.Length;
        stops.Append("abc"u8, write);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            stops.Append("abc"u8, write);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Create_OfWhatIsNoText_IsUsage()
    {
        foreach (string stop in (string[])["", "a\ud83d"])
        {
            Should.Throw<UsageException>(() => new StopStrings(["a", stop])).Message.ShouldStartWith("a stop string is");
        }
    }

    private static (string Text, string? Stop) Search(string text, string[] stops, bool include)
    {
        for (int end = 1; end <= text.Length; end++)
        {
            if (stops.Where(stop => text[..end].EndsWith(stop, StringComparison.Ordinal)).MaxBy(stop => stop.Length) is { } found)
            {
                return (text[..(end - (include ? 0 : found.Length))], found);
            }
        }

        return (text, null);
    }

    private static string[] Strings(JsonElement item, string name) => [.. item.GetProperty(name).EnumerateArray().Select(value => value.GetString()!)];

    // One byte a token, so that the detokenizer stands before the search as it does in the engine.
    private sealed class Reader(string[] stops, bool include)
    {
        private readonly StreamingDetokenizer _detokenizer = new(s_bytes);
        private readonly byte[] _room = new byte[new StreamingDetokenizer(s_bytes).MaxBytesPerToken];
        private readonly List<byte> _given = [];

        public StopStrings Stops { get; } = new(stops, include);

        public string Text => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. _given]);

        public void Read(ReadOnlySpan<byte> bytes)
        {
            foreach (byte value in bytes)
            {
                Stops.Append(_room.AsSpan(0, _detokenizer.Append(value, _room)), Give);
            }
        }

        public void End()
        {
            Stops.Append(_room.AsSpan(0, _detokenizer.Flush(_room)), Give);
            Stops.Flush(Give);
        }

        private void Give(ReadOnlySpan<byte> text) => _given.AddRange(text);
    }
}
