using System.Globalization;
using System.Text;
using System.Text.Json;
using Sequitur.Cli.Output;
using Sequitur.Tokenizers;

namespace Sequitur.Cli;

/// <summary>What <c>tokenize</c> writes: a row for each token, or one JSON object, described in <c>docs/commands/tokenize.md</c>.</summary>
/// <param name="vocabulary">The tokens.</param>
/// <param name="utf8">The text that was encoded.</param>
/// <param name="tokens">Its tokens; their positions are bytes of the text.</param>
internal sealed class TokenReport(BpeVocabulary vocabulary, byte[] utf8, List<TokenSpan> tokens)
{
    private const string Schema = "sequitur.tokenize";
    private const int Version = 1;

    private readonly int _characters = Characters(utf8);

    /// <summary>The table, and the counts below it.</summary>
    public void WriteTable(TextWriter writer, int width)
    {
        // The last column is there only where it has something to say.
        var hasKinds = tokens.Exists(token => vocabulary.IsSpecial(token.Id));
        TableColumn[] columns = [new("#", true), new("id", true), new("start", true), new("end", true), new("piece", Overflow: Overflow.CutEnd), new("kind")];
        var table = new TextTable(hasKinds ? columns : columns[..^1]);
        var invariant = CultureInfo.InvariantCulture;
        foreach (var (number, token) in tokens.Index())
        {
            string[] row =
            [
                number.ToString(invariant), token.Id.ToString(invariant), token.Start.ToString(invariant), (token.Start + token.Length).ToString(invariant),
                PrintableText.OfPiece(vocabulary.BytesOf(token.Id)), Kind(token.Id),
            ];
            table.Add(hasKinds ? row : row[..^1]);
        }

        table.WriteTo(writer, width);
        var counts = string.Create(
            invariant, $"{Count(tokens.Count, "token")}, {Count(utf8.Length, "byte")}, {Count(_characters, "character")}, {(tokens.Count == 0 ? 0 : (double)utf8.Length / tokens.Count):F2} bytes a token");
        writer.Write($"\n{string.Join('\n', CellText.Fold(counts, width))}\n");
    }

    /// <summary>The same as one line of JSON.</summary>
    public void WriteJson(ResultStream output, string model)
    {
        var line = Begin(model, utf8);
        var json = line.Json;
        json.WriteNumber("token_count", tokens.Count);
        json.WriteNumber("byte_count", utf8.Length);
        json.WriteNumber("character_count", _characters);
        json.WriteStartArray("tokens");
        foreach (var token in tokens)
        {
            Begin(json, vocabulary, token.Id);
            json.WriteNumber("start", token.Start);
            json.WriteNumber("end", token.Start + token.Length);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        line.WriteTo(output);
    }

    /// <summary>Ids and their text as one line of JSON.</summary>
    public static void WriteDecoded(ResultStream output, string model, BpeVocabulary vocabulary, ReadOnlySpan<int> ids, byte[] text)
    {
        var line = Begin(model, text);
        var json = line.Json;
        json.WriteNumber("token_count", ids.Length);
        json.WriteNumber("byte_count", text.Length);
        json.WriteNumber("character_count", Characters(text));
        json.WriteStartArray("tokens");
        foreach (var id in ids)
        {
            Begin(json, vocabulary, id);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        line.WriteTo(output);
    }

    private static JsonLine Begin(string model, byte[] text)
    {
        var line = new JsonLine(Schema, Version);
        line.Json.WriteString("model", model);
        line.Json.WriteString("text", Encoding.UTF8.GetString(text));
        return line;
    }

    private static void Begin(Utf8JsonWriter json, BpeVocabulary vocabulary, int id)
    {
        var bytes = vocabulary.BytesOf(id);
        json.WriteStartObject();
        json.WriteNumber("id", id);
        json.WriteString("piece", Encoding.UTF8.GetString(bytes));
        json.WriteString("bytes", System.Convert.ToHexStringLower(bytes));
        json.WriteString("kind", KindOf(vocabulary, id) is { Length: > 0 } kind ? kind : "normal");
    }

    private string Kind(int id) => KindOf(vocabulary, id);

    private static string KindOf(BpeVocabulary vocabulary, int id) => vocabulary.TypeOf(id) switch
    {
        TokenType.Control => "control",
        TokenType.UserDefined => "user-defined",
        TokenType.Unknown => "unknown",
        TokenType.Unused => "unused",
        TokenType.Byte => "byte",
        _ => "",
    };

    private static string Count(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? "" : "s")}");

    private static int Characters(ReadOnlySpan<byte> utf8)
    {
        var count = 0;
        while (!utf8.IsEmpty)
        {
            _ = Rune.DecodeFromUtf8(utf8, out _, out var used);
            utf8 = utf8[used..];
            count++;
        }

        return count;
    }
}
